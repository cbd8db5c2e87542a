"""What a pack is about decides what is in it: what names it, wherever it is named, and nothing else."""

import json
from datetime import timedelta

import pytest

from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.core.filing import Filing, FilingKind
from consentry.core.match import Hashes
from consentry.core.ports import Known
from consentry.flows.evidence import Evidence, Scope
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock
from support.stores import a_case

RECORDS = (
    {"event": "reported", "case": "C-1", "copies": 2},
    {"decision": "dec_1", "policy": "p1", "context": {"case": "C-1", "account": "k1"}},
    {"event": "recalled", "decisions": ["dec_1"], "account": "k2"},
    {"event": "note", "words": "C-1 and more"},
    {"event": "other", "route": "k1"},
)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    made = MemoryStore(clock, CountingIds())
    for record in RECORDS:
        with made.begin() as tx:
            tx.append(Kind.DECISION if "policy" in record else Kind.SYSTEM, record)
        clock.move(hours=1)
    return made


@pytest.fixture
def evidence(store):
    return Evidence(store, lambda size: f"note of {size}", "log+key", {"floor": {"since": NOW.date()}}, "d1")


def taken(evidence, *scope, **more):
    return [row["line"] for row in evidence.gather(Scope(*scope, **more), maker="Ada").rows]


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("case", "C-1", [0, 1]),
        ("decision", "dec_1", [1, 2]),
        ("account", "k1", [1]),
        ("account", "k2", [2]),
        ("route", "k1", [4]),
    ],
)
def test_what_names_it_is_taken_and_nothing_else(evidence, name, value, lines):
    assert taken(evidence, name, value) == lines


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(evidence):
    hour = timedelta(hours=1)
    assert taken(evidence, since=NOW + hour) == [1, 2, 3, 4]
    assert taken(evidence, until=NOW + 2 * hour) == [0, 1]
    assert taken(evidence, "case", "C-1", NOW + hour, NOW + 3 * hour) == [1]


def test_what_is_erased_belongs_to_a_period_alone(evidence, store):
    store.erase(1)
    assert taken(evidence, "case", "C-1") == [0]
    found = evidence.gather(Scope(until=NOW + timedelta(hours=2)), maker="Ada")
    assert (found.about["lines"], found.about["erased"], found.decisions) == (2, 1, [])


def test_nothing_is_no_pack(evidence):
    with pytest.raises(NotFound, match="case C-9"):
        evidence.gather(Scope("case", "C-9"), maker="Ada")


def test_the_law_the_assessments_the_holds_and_hashes_go_with_it(evidence, store):
    with store.begin() as tx:
        tx.add_case(a_case(1))
        case = tx.cases(running=True)[0].id
        tx.append(Kind.CASE, {"case": case})
        tx.add_known(Known("kwn_1", "case", Hashes("ab" * 32, (b"\x01" * 32,) * 8, 90), case=case))
        tx.save_filing(Filing("hld_1", FilingKind.HOLD, case, NOW, 5, {"why": "Order"}))
        tx.save_filing(Filing("hld_2", FilingKind.HOLD, "C-2", NOW, 6, {"why": "Other"}))
        tx.save_filing(Filing("ast_1", FilingKind.ASSESSMENT, "d1", NOW, 7, {"approver": "Grace"}))
    found = evidence.gather(Scope("case", case), maker="Ada")
    assert [one["id"] for one in found.about["holds"]] == ["hld_1"]
    assert json.loads(found.files["law.json"]) == {"floor": {"since": str(NOW.date())}}
    assert json.loads(found.files["policies.json"])["assessment"][0]["approver"] == "Grace"
    assert json.loads(found.files["preserved.json"])["items"][0]["sha256"] == "ab" * 32
    assert found.files["checkpoint.txt"] == b"note of 6"
    assert (found.about["made_by"], found.about["policy_in_force"]) == ("Ada", "d1")


def test_a_scope_says_what_it_is():
    assert Scope("case", "C-1").words() == "case C-1"
    assert Scope(since=NOW).words().startswith("everything from 2026-11-22T")
    assert " until 2026-" in Scope("route", "x", until=NOW).words()
