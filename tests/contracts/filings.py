"""What every store promises of filings: given back whole, found by what they are about, replaced by id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import NotFound
from consentry.core.filing import Filing, FilingKind
from support.stores import NOON

RECORD = {"author": "Ada", "risks": [{"kind": "fraud", "level": 1}], "words": "Grüße", "none": None}
FIRST = Filing("ast_1", FilingKind.ASSESSMENT, "d1", NOON, 3, RECORD)
SECOND = Filing("ast_2", FilingKind.ASSESSMENT, "d2", NOON + timedelta(microseconds=1), 9, {})
NOTICE = Filing("ntc_1", FilingKind.NOTICE, "d1", NOON, 4, {"due": "2026-12-01"})


def file(store, *filings):
    with store.begin() as tx:
        for one in filings:
            tx.save_filing(one)


class FilingContract:
    def test_a_filing_comes_back_whole_and_is_replaced(self, store):
        file(store, FIRST)
        file(store, replace(FIRST, line=7, record={"more": True}))
        with store.read() as view:
            assert view.filing("ast_1") == replace(FIRST, line=7, record={"more": True})
            with pytest.raises(NotFound):
                view.filing("ast_9")

    def test_filings_are_found_by_kind_and_by_what_they_are_about(self, store):
        file(store, SECOND, NOTICE, FIRST)
        with store.read() as view:
            assert list(view.filings(FilingKind.ASSESSMENT)) == [FIRST, SECOND]
            assert list(view.filings(FilingKind.ASSESSMENT, "d2")) == [SECOND]
            assert list(view.filings(FilingKind.NOTICE, "d1")) == [NOTICE]
            assert list(view.filings(FilingKind.HOLD)) == []

    def test_what_was_rolled_back_was_not_filed(self, store):
        with pytest.raises(ZeroDivisionError), store.begin() as tx:
            tx.save_filing(FIRST)
            raise ZeroDivisionError
        with store.read() as view:
            assert list(view.filings(FilingKind.ASSESSMENT)) == []
