import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.decide import decide
from consentry.core.decision import Fact
from consentry.core.entry import (
    MAX_LEAF,
    SALT_BYTES,
    Entry,
    Kind,
    canonical,
    commit,
    decision_record,
    opens,
    seal,
    stamp,
)
from consentry.core.finding import Seen, Unavailable
from consentry.core.law import Duty, Ground
from consentry.core.policy import Harm, Outcome
from core.made import BLIND, DAY, NOON, decision, findings, policies, reason

SALT = bytes(range(32))
salts = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(0, 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(texts, plain, max_size=4)


def test_a_leaf_is_written_in_one_way():
    entry = Entry(Kind.DECISION, NOON, "ab" * 32)
    at = "2026-11-22T12:00:00.000000Z"
    assert entry.leaf() == f'{{"at":"{at}","kind":"decision","seal":"{"ab" * 32}","v":1}}'.encode()


@pytest.mark.parametrize("kind", Kind)
def test_a_leaf_fits_into_a_tile(kind):
    assert len(Entry(kind, NOON, "ab" * 32).leaf()) < 200 < MAX_LEAF == 2**16 - 1


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14, 14))
def test_a_moment_is_written_in_utc_whatever_its_zone(at, offset):
    try:
        there = at.astimezone(timezone(timedelta(hours=offset)))
    except OverflowError:
        return
    assert stamp(there) == stamp(at)
    assert datetime.fromisoformat(stamp(at)) == at
    assert stamp(at).endswith("Z")
    assert len(stamp(at)) == 27


def test_the_zone_of_the_machine_does_not_matter(monkeypatch):
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    try:
        assert stamp(NOON) == "2026-11-22T12:00:00.000000Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_moment_without_a_zone_is_not_written_down():
    with pytest.raises(ValueError, match=r"^a time without a zone cannot be written down$"):
        stamp(NOON.replace(tzinfo=None))


@given(records, st.randoms(use_true_random=False))
def test_the_same_record_is_the_same_bytes(record, random):
    shuffled = list(record.items())
    random.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(record)
    assert json.loads(canonical(record)) == record


def test_records_are_compact_sorted_and_in_utf_8():
    assert canonical({"b": [1, 2], "a": "é"}) == b'{"a":"\xc3\xa9","b":[1,2]}'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_in_json_is_not_written(number):
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": number})


@given(records, salts)
def test_whoever_has_record_and_salt_can_open_a_line(record, salt):
    data = canonical(record)
    entry = seal(Kind.CASE, NOON, data, salt)
    assert (entry.kind, entry.at) == (Kind.CASE, NOON)
    assert entry.commitment == hmac.new(salt, data, hashlib.sha256).hexdigest()
    assert opens(entry, data, salt)


@given(records, salts, salts)
def test_nobody_else_can(record, salt, other):
    data = canonical(record)
    entry = seal(Kind.CASE, NOON, data, salt)
    assert not opens(entry, data + b" ", salt)
    if other != salt:
        assert not opens(entry, data, other)
        assert seal(Kind.CASE, NOON, data, other).commitment != entry.commitment


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_that_could_be_guessed_is_refused(size):
    with pytest.raises(ValueError, match=r"^a salt has 32 bytes$"):
        commit(b"record", bytes(size))


def test_a_line_says_nothing_about_its_record():
    entry = seal(Kind.REPORT, NOON, canonical({"name": "Ada"}), SALT)
    assert b"Ada" not in entry.leaf()


FOUND = {
    "exposure.explicit": Seen("exposure.explicit", 0.97, "model of March", "v1"),
    "person": Unavailable("person", "timeout"),
}
WHY = reason(
    "eu.r",
    duties=frozenset({Duty.STRIKE, Duty.PRESERVE}),
    jurisdiction="eu",
    ground=Ground.LAW,
    harm=Harm.INTIMATE_MADE,
    facts=(
        Fact("exposure.explicit", 0.5, 0.97, "model of March", "v1"),
        Fact("person", 0.5, None, "timeout", ""),
    ),
)
WRITTEN = {
    "rule": "eu.r",
    "outcome": "refuse",
    "duties": ["preserve", "strike"],
    "certain": True,
    "says": "Said by eu.r.",
    "harm": "intimate_made",
    "cite": "Cite of eu.r",
    "url": "https://law.example/eu.r",
    "jurisdiction": "eu",
    "ground": "law",
    "facts": [
        {"measure": "exposure.explicit", "threshold": 0.5, "score": 0.97},
        {"measure": "person", "threshold": 0.5, "score": None},
    ],
}


def test_a_decision_record_holds_what_a_statement_of_reasons_needs():
    later = reason("eu.later", outcome=Outcome.HOLD, certain=False, facts=())
    record = decision_record("dec_1", decision(WHY, shadow=(later,)), FOUND, {"case": "C-1"})
    (shadow,) = record.pop("shadow")
    assert (shadow["rule"], shadow["outcome"], shadow["certain"]) == ("eu.later", "hold", False)
    assert record == {
        "decision": "dec_1",
        "policy": "p1",
        "stage": "upload",
        "day": DAY.isoformat(),
        "outcome": "refuse",
        "duties": ["preserve", "strike"],
        "reasons": [WRITTEN],
        "findings": {
            "exposure.explicit": {"score": 0.97, "evidence": "model of March", "version": "v1"},
            "person": {"unavailable": "timeout"},
        },
        "context": {"case": "C-1"},
    }


@given(policies, findings)
def test_every_decision_can_be_written_down(rules, found):
    data = canonical(decision_record("dec_1", decide(rules, found, DAY), found, {}))
    assert json.loads(data)["outcome"] in {"allow", "label", "hold", "refuse"}


@given(BLIND["a"])
def test_a_score_that_is_none_is_written_down_as_text_and_not_as_a_number(finding):
    record = decision_record("dec_1", decision(), {"a": finding}, {})
    canonical(record)
    (written,) = record["findings"].values()
    if isinstance(finding, Seen):
        assert written["score"] == repr(finding.score)
    else:
        assert written == {"unavailable": "timeout"}


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_a_score_is_written_down_as_a_number(score):
    record = decision_record("dec_1", decision(), {"a": Seen("a", score)}, {})
    assert record["findings"]["a"]["score"] == score


@pytest.mark.parametrize("stage", Stage)
def test_the_stage_is_written_down(stage):
    assert decision_record("dec_1", decision(stage=stage), {}, {})["stage"] == stage.value
