"""What every exchange promises: every record once, a cursor that goes on, trouble in our own words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from consentry.core.bank import EntryStatus
from consentry.core.errors import UpstreamTrouble
from consentry.core.exchange import Page
from consentry.core.syncports import Exchange


@dataclass
class Source:
    """An exchange whose other end a test holds in its hands."""

    exchange: Exchange
    list_: Callable[[int], None]
    """Makes the source list so many hashes, numbered from 1."""
    drop: Callable[[int], None]
    """Makes it take one back."""
    secrets: tuple[str, ...] = ()


def pages(exchange: Exchange, cursor: str = "") -> list[Page]:
    """Every page from `cursor` on, to the end."""
    found = [exchange.fetch(cursor)]
    while found[-1].more:
        found.append(exchange.fetch(found[-1].cursor))
        assert len(found) < 1000, "the source never comes to an end"
    return found


def values(found: list[Page]) -> set[int]:
    return {int(value, 16) for page in found for record in page.records for _, value in record.listed}


class ExchangeContract:
    """Subclass and give `source`, whose pages hold three records."""

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def test_everything_listed_comes_page_by_page(self, source):
        source.list_(8)
        found = pages(source.exchange)
        assert len(found) > 1
        assert values(found) == set(range(1, 9))

    def test_records_have_a_moment_with_a_zone(self, source):
        source.list_(2)
        records = [record for page in pages(source.exchange) for record in page.records]
        assert records
        assert all(record.changed.utcoffset() is not None for record in records)

    def test_the_same_cursor_gives_the_same_page_again(self, source):
        source.list_(8)
        first = source.exchange.fetch("")
        assert source.exchange.fetch(first.cursor) == source.exchange.fetch(first.cursor)

    def test_a_sync_goes_on_where_it_was_cut_off(self, source):
        source.list_(8)
        first = source.exchange.fetch("")
        rest = pages(source.exchange, first.cursor)
        assert values([first, *rest]) == set(range(1, 9))

    def test_what_is_taken_back_is_no_longer_listed_after_the_next_sync(self, source):
        source.list_(4)
        last = pages(source.exchange)[-1]
        source.drop(2)
        found = pages(source.exchange, last.cursor)
        gone = {
            record.ref or record.hashes
            for page in found
            for record in page.records
            if record.status is not EntryStatus.ACTIVE
        }
        assert gone or (found[-1].all_since and 2 not in values(found))

    def test_an_empty_cursor_a_foreign_one_and_nonsense_are_survived(self, source):
        source.list_(2)
        for cursor in ("{", "[1]", '{"what": 1}'):
            try:
                source.exchange.fetch(cursor)
            except UpstreamTrouble:
                assert values(pages(source.exchange, source.exchange.around(cursor))) == {1, 2}

    def test_nothing_secret_is_shown(self, source, caplog):
        caplog.set_level(logging.DEBUG)
        source.list_(2)
        cursor = pages(source.exchange)[-1].cursor
        shown = caplog.text + cursor + repr(source.exchange) + source.exchange.name
        assert not [secret for secret in source.secrets if secret in shown]
