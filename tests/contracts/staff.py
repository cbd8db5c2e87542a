"""What every store promises of staff: members, passkeys and sessions come back, and nobody has two names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import Conflict, NotFound
from consentry.core.staff import Member, Passkey, Role, Session, Way
from support.stores import NOON

ADA = Member("stf_1", "ada", frozenset({Role.REVIEWER, Role.SENIOR}), NOON, identity="d1")
BEA = Member("stf_2", "bea", frozenset(), NOON, active=False, failures=6, failed=NOON)
KEY = Passkey("pk_1", "stf_1", b"\x00\xff", 2**40, "blue key", NOON)
SESSION = Session("ses_1", "digest1", "stf_1", Way.PASSKEY, NOON, NOON, touched=NOON)


def saved(store, *kept):
    with store.begin() as tx:
        for one in kept:
            save = {Member: tx.save_member, Passkey: tx.save_passkey, Session: tx.save_session}[type(one)]
            save(one)


class StaffContract:
    def test_a_member_is_found_by_id_by_name_and_by_who_they_are_elsewhere(self, store):
        saved(store, BEA, ADA)
        with store.read() as view:
            assert [view.member("stf_1"), view.member_named("ada"), view.member_known("d1")] == [ADA] * 3
            assert list(view.members()) == [ADA, BEA]
            for look, wrong in (
                (view.member, "ada"),
                (view.member_named, "stf_1"),
                (view.member_known, ""),
                (view.member_known, "d2"),
            ):
                with pytest.raises(NotFound):
                    look(wrong)

    def test_a_member_is_replaced_whole(self, store):
        changed = replace(ADA, name="ad", roles=frozenset({Role.AUDITOR}), active=False, identity="")
        saved(store, ADA, changed)
        with store.read() as view:
            assert list(view.members()) == [changed]

    @pytest.mark.parametrize("other", [replace(BEA, name="ada"), replace(BEA, identity="d1")])
    def test_two_members_have_neither_one_name_nor_one_identity(self, store, other):
        saved(store, ADA)
        with pytest.raises(Conflict):
            saved(store, other)
        with store.read() as view:
            assert list(view.members()) == [ADA]

    def test_many_members_may_have_no_identity_elsewhere(self, store):
        saved(store, BEA, replace(BEA, id="stf_3", name="cleo"))
        with store.read() as view:
            assert [one.name for one in view.members()] == ["bea", "cleo"]

    def test_passkeys_of_a_member_come_back_oldest_first_and_can_be_dropped(self, store):
        older = replace(KEY, id="pk_2", made=NOON - timedelta(hours=1), uses=0)
        saved(store, ADA, BEA, KEY, older, replace(KEY, id="pk_3", member="stf_2"))
        with store.read() as view:
            assert list(view.passkeys("stf_1")) == [older, KEY]
            assert view.passkey("pk_1") == KEY
        with store.begin() as tx:
            tx.drop_passkey("pk_1")
            tx.drop_passkey("pk_1")
            with pytest.raises(NotFound):
                tx.passkey("pk_1")
        with store.read() as view:
            assert list(view.passkeys("stf_1")) == [older]

    def test_a_session_is_found_by_id_and_by_its_digest(self, store):
        saved(store, ADA, SESSION, replace(SESSION, seen=NOON + timedelta(minutes=1), ended=NOON))
        with store.read() as view:
            found = view.session("ses_1")
            assert (found.seen, found.ended, found.way) == (NOON + timedelta(minutes=1), NOON, Way.PASSKEY)
            assert view.session_of("digest1") == found
            for look in (view.session, view.session_of):
                with pytest.raises(NotFound):
                    look("another")

    def test_sessions_of_a_member_come_newest_first_and_old_ones_are_forgotten(self, store):
        old = replace(SESSION, id="ses_2", digest="digest2", begun=NOON - timedelta(microseconds=1))
        saved(store, ADA, BEA, old, SESSION, replace(old, id="ses_3", digest="digest3", member="stf_2"))
        with store.read() as view:
            assert list(view.sessions("stf_1")) == [SESSION, old]
        with store.begin() as tx:
            assert tx.drop_sessions(NOON) == 2
            assert tx.drop_sessions(NOON) == 0
        with store.read() as view:
            assert list(view.sessions("stf_1")) == [SESSION]
            assert list(view.sessions("stf_2")) == []

    @pytest.mark.parametrize("orphan", [KEY, SESSION])
    def test_nothing_is_kept_of_somebody_who_is_not_there(self, store, orphan):
        with pytest.raises(NotFound):
            saved(store, orphan)

    def test_changes_to_staff_are_rolled_back_with_the_rest(self, store):
        saved(store, ADA, KEY)
        with pytest.raises(ZeroDivisionError), store.begin() as tx:
            tx.save_member(BEA)
            tx.save_session(SESSION)
            tx.drop_passkey(KEY.id)
            raise ZeroDivisionError
        with store.read() as view:
            assert list(view.members()) == [ADA]
            assert list(view.passkeys("stf_1")) == [KEY]
            assert list(view.sessions("stf_1")) == []
