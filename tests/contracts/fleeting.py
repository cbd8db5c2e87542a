"""What every store promises of what is kept for a while: given back whole, found by its end, gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import NotFound
from consentry.core.fleeting import Fleeting
from support.stores import NOON

TOKEN = Fleeting("check 1", "k1:u", NOON, digest="d1")
TALK = Fleeting("conversation dec_1", "k1:u", NOON + timedelta(microseconds=1), blob="blb_1")
OTHER = Fleeting("conversation dec_2", "k2", NOON - timedelta(hours=1), blob="blb_2")


def put(store, *kept):
    with store.begin() as tx:
        for one in kept:
            tx.put_fleeting(one)


class FleetingContract:
    def test_what_is_kept_for_a_while_comes_back_whole_and_is_replaced(self, store):
        put(store, TOKEN, TALK)
        put(store, replace(TALK, blob="blb_9", ends=NOON))
        with store.read() as view:
            assert view.fleeting("check 1") == TOKEN
            assert view.fleeting(TALK.name) == replace(TALK, blob="blb_9", ends=NOON)

    def test_what_an_account_has_is_told_what_ends_first_first(self, store):
        put(store, TALK, OTHER, TOKEN)
        with store.read() as view:
            assert list(view.fleeting_of("k1:u")) == [TOKEN, TALK]
            assert list(view.fleeting_of("k2")) == [OTHER]
            assert list(view.fleeting_of("k1")) == []

    def test_what_has_ended_is_told_at_its_very_end_and_so_much_at_a_time(self, store):
        put(store, TALK, OTHER, TOKEN)
        with store.read() as view:
            assert list(view.fleeting_ended(NOON, 9)) == [OTHER, TOKEN]
            assert list(view.fleeting_ended(NOON, 1)) == [OTHER]
            assert list(view.fleeting_ended(TALK.ends, 9)) == [OTHER, TOKEN, TALK]

    def test_what_is_dropped_is_gone_and_may_be_dropped_again(self, store):
        put(store, TOKEN, TALK)
        with store.begin() as tx:
            tx.drop_fleeting(TOKEN.name)
            with pytest.raises(NotFound):
                tx.fleeting(TOKEN.name)
            tx.drop_fleeting(TOKEN.name)
        with store.read() as view:
            assert list(view.fleeting_of("k1:u")) == [TALK]
            assert list(view.fleeting_ended(NOON, 9)) == []
            with pytest.raises(NotFound):
                view.fleeting(TOKEN.name)

    def test_what_is_kept_for_a_while_is_rolled_back_with_the_rest(self, store):
        put(store, TOKEN)
        with pytest.raises(ZeroDivisionError), store.begin() as tx:
            tx.put_fleeting(TALK)
            tx.drop_fleeting(TOKEN.name)
            raise ZeroDivisionError
        with store.read() as view:
            assert list(view.fleeting_of("k1:u")) == [TOKEN]
