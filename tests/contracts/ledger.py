"""What every store promises of the ledger: an image is found by every handle, and by no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.core.making import Handle, MakingState
from consentry.core.match import Hashes
from support.stores import HASHES, NOON, a_consent, a_making


class LedgerContract:
    """Subclass and give `store`."""

    def test_an_image_comes_back_as_it_was(self, store):
        plain = a_making(2, state=MakingState.REFUSED, consent="", inputs=())
        with store.begin() as tx:
            tx.add_making(a_making())
            tx.add_making(plain)
            assert tx.making("mak_1") == a_making()
        with store.read() as view:
            assert view.making("mak_2") == plain

    def test_an_image_that_is_not_there_is_not_found(self, store):
        with store.read() as view, pytest.raises(NotFound, match="ledger"):
            view.making("mak_1")
        with pytest.raises(NotFound, match="ledger"), store.begin() as tx:
            tx.mark_making("mak_1", MakingState.RECALLED)

    def test_two_images_cannot_have_one_identifier(self, store):
        with store.begin() as tx:
            tx.add_making(a_making())
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_making(a_making(decision="dec_9"))

    @pytest.mark.parametrize("handle", Handle)
    def test_an_image_is_found_by_each_handle_and_no_other_image_is(self, store, handle):
        with store.begin() as tx:
            tx.add_making(a_making(1, **{handle.value: "wanted"}))
            tx.add_making(a_making(2, **{handle.value: "other"}))
        with store.read() as view:
            ((_, found),) = view.makings(handle, "wanted", 0, 10)
            assert found == a_making(1, **{handle.value: "wanted"})
            assert view.count_makings(handle, "wanted") == {MakingState.PASSED: 1}
            assert not view.makings(handle, "", 0, 10)
            assert not view.count_makings(handle, "WANTED")

    def test_many_images_are_read_in_portions(self, store):
        with store.begin() as tx:
            for number in range(1, 8):
                tx.add_making(a_making(number))
        seen, after = [], 0
        with store.read() as view:
            while portion := view.makings(Handle.ACCOUNT, "account", after, 3):
                seen += [making.id for _, making in portion]
                after = portion[-1][0]
        assert seen == [f"mak_{number}" for number in range(1, 8)]

    def test_what_became_of_an_image_is_written_down_and_nothing_else_changes(self, store):
        with store.begin() as tx:
            tx.add_making(a_making(1))
            tx.add_making(a_making(2))
            tx.mark_making("mak_1", MakingState.RECALLED)
        with store.read() as view:
            assert view.making("mak_1") == replace(a_making(1), state=MakingState.RECALLED)
            assert view.making("mak_2") == a_making(2)
            assert [making.id for _, making in view.makings(Handle.REQUEST, "dec_0", 0, 9)] == [
                "mak_1",
                "mak_2",
            ]
            assert view.count_makings(Handle.REQUEST, "dec_0") == {
                MakingState.RECALLED: 1,
                MakingState.PASSED: 1,
            }

    def test_what_a_consent_is_for_comes_back_as_it_was(self, store):
        bare = Hashes("", HASHES.pdq[:1], 70)
        given = a_consent(
            routes=frozenset({"images.edits", "app"}),
            inputs=(Hashes(HASHES.sha256, HASHES.pdq, HASHES.quality), bare),
            evidence="doc 7",
            recorder="k1",
            revoked=NOON,
        )
        with store.begin() as tx:
            tx.add_consent(given)
        with store.read() as view:
            assert view.consent("cns_1") == given

    def test_a_consent_for_a_misshapen_hash_is_refused(self, store):
        with pytest.raises(BadInput), store.begin() as tx:
            tx.add_consent(a_consent(inputs=(Hashes("ab" * 32, (b"short",), 90),)))

    def test_consents_are_listed_in_the_order_given(self, store):
        later = NOON + timedelta(seconds=1)
        with store.begin() as tx:
            tx.add_consent(a_consent(id="cns_0", given=later))
            tx.add_consent(a_consent(id="cns_2"))
            tx.add_consent(a_consent(id="cns_1"))
        with store.read() as view:
            assert [consent.id for consent in view.consents()] == ["cns_1", "cns_2", "cns_0"]
