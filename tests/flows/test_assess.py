"""Nothing goes live unassessed, and what the database says is not believed without the log."""

import json
from dataclasses import replace

import pytest

from consentry.core.assessment import Subject
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, SetupTrouble
from consentry.core.filing import FilingKind
from consentry.flows.assess import Assess, Signature
from consentry.store.memory import MemoryStore
from support.assessed import DIGEST, written
from support.fakes import CountingIds, StillClock

OTHER = "cd" * 32
SHIPPED = written("ee" * 32, "Us"), Signature("Release", "", "")


def signed(assessment, approver="Grace"):
    return Signature(approver, "key", assessment.message(approver).hex())


def verified(key, message, signature):
    return (key, signature) == ("key", message.hex())


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds())


@pytest.fixture
def assess(store):
    return Assess(store, CountingIds(), verified, lambda: SHIPPED)


def records(store):
    return [json.loads(line.record) for line in store.lines(0, store.size())]


def test_what_was_signed_may_be_put_into_use_and_nothing_else(assess):
    assert not assess.allowed(Subject.POLICY, DIGEST)
    filing = assess.sign(written(), signed(written()))
    assert assess.covering(Subject.POLICY, DIGEST) == filing
    assert assess.allowed(Subject.POLICY, DIGEST)
    assert not assess.allowed(Subject.POLICY, OTHER)
    assert not assess.allowed(Subject.GENERATOR, DIGEST)


def test_the_order_of_the_log_proves_that_it_was_assessed_first(assess, store, clock):
    assess.sign(written(), signed(written()))
    clock.move(hours=1)
    assess.deploy(Subject.POLICY, DIGEST)
    first, second = records(store)
    assert (first["event"], second["event"]) == ("assessment_signed", "deployed")
    assert (second["assessment"], second["assessment_line"]) == (first["id"], 0)
    assert first["signed_at"] == second["signed_at"] < second["deployed_at"]
    assert first["approver"] == "Grace"


def test_what_nobody_assessed_is_not_put_into_use(assess, store):
    with pytest.raises(SetupTrouble) as refused:
        assess.deploy(Subject.POLICY, DIGEST)
    assert refused.value.code == "not_assessed"
    assert "consentry assess new" in refused.value.next_step
    assert store.size() == 0


def test_starting_again_writes_nothing_and_a_change_does(assess, store):
    assess.sign(written(), signed(written()))
    for _ in range(3):
        assess.deploy(Subject.POLICY, DIGEST)
    assert store.size() == 2
    assess.sign(written(OTHER), signed(written(OTHER)))
    assess.deploy(Subject.POLICY, OTHER)
    assess.deploy(Subject.POLICY, DIGEST)  # back to what was before: a change, too
    assert [one.about for one in assess.deployments()] == [DIGEST, OTHER, DIGEST]


def test_the_policy_we_ship_is_assessed_and_filed_before_its_first_use(assess, store):
    assess.deploy(Subject.POLICY, SHIPPED[0].digest)
    assert [record["event"] for record in records(store)] == ["assessment_signed", "deployed"]
    assert [one.about for one in assess.every()] == [SHIPPED[0].digest]
    assess.deploy(Subject.POLICY, SHIPPED[0].digest)
    assert store.size() == 2
    with pytest.raises(SetupTrouble):
        assess.deploy(Subject.GENERATOR, SHIPPED[0].digest)


def test_the_author_cannot_approve(assess, store):
    with pytest.raises(BadInput):
        assess.sign(written(), Signature("Ada", "key", "00"))
    assert store.size() == 0


def test_a_false_signature_is_refused(assess, store):
    for wrong in (Signature("Grace", "key", "00"), replace(signed(written()), key="other")):
        with pytest.raises(BadInput) as refused:
            assess.sign(written(), wrong)
        assert refused.value.code == "bad_signature"
    with pytest.raises(BadInput):
        assess.sign(replace(written(), about="Less."), signed(written()))
    assert store.size() == 0


def tampered(store, filing):
    with store.begin() as tx:
        tx.save_filing(filing)


def test_what_was_written_into_the_database_by_hand_counts_for_nothing(assess, store):
    found = assess.sign(written(), signed(written()))
    by_hand = replace(
        found, id="ast_9", about=OTHER, record={**found.record, "assessment": written(OTHER).record()}
    )
    tampered(store, by_hand)
    assert not assess.allowed(Subject.POLICY, OTHER)
    tampered(store, replace(found, about=OTHER))
    assert not assess.allowed(Subject.GENERATOR, OTHER)


def test_even_a_true_signature_counts_only_where_the_log_has_it(assess, store):
    found = assess.sign(written(), signed(written()))
    other = signed(written(OTHER))
    record = {**found.record, "assessment": written(OTHER).record(), "signature": other.signature}
    tampered(store, replace(found, id="ast_9", about=OTHER, record=record))
    assert not assess.allowed(Subject.POLICY, OTHER)


def test_an_assessment_whose_record_was_erased_counts_no_longer(assess, store):
    found = assess.sign(written(), signed(written()))
    store.erase(found.line)
    assert not assess.allowed(Subject.POLICY, DIGEST)


def test_a_line_that_was_never_signed_counts_for_nothing(assess, store):
    found = assess.sign(written(), signed(written()))
    record = {**found.record, "signature": "00"}
    with store.begin() as tx:
        line = tx.append(Kind.SYSTEM, {"id": "ast_9", **record})
        tx.save_filing(replace(found, id="ast_9", line=line, record=record, about=OTHER))
    assert not assess.allowed(Subject.POLICY, OTHER)


def test_an_assessment_of_another_digest_is_not_found_under_this_one(assess, store):
    found = assess.sign(written(), signed(written()))
    tampered(store, replace(found, about=OTHER))
    assert not assess.allowed(Subject.POLICY, OTHER)


def test_an_assessment_from_the_future_is_not_used(assess, clock):
    assess.sign(written(), signed(written()))
    clock.move(hours=-1)
    with pytest.raises(SetupTrouble, match="later"):
        assess.deploy(Subject.POLICY, DIGEST)


def test_filings_are_kept_apart_by_kind(assess, store):
    assess.sign(written(), signed(written()))
    assess.deploy(Subject.POLICY, DIGEST)
    with store.read() as view:
        assert len(view.filings(FilingKind.ASSESSMENT, DIGEST)) == 1
        assert len(view.filings(FilingKind.DEPLOYMENT, DIGEST)) == 1
