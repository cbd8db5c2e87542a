"""What would change is counted, and named by ids alone."""

import pytest

from consentry.core.content import Stage
from consentry.core.entry import decision_record
from consentry.core.errors import BadInput
from consentry.core.finding import Seen, Unavailable
from consentry.core.foresight import Foreseen
from consentry.core.policy import Outcome
from consentry.core.rehearsal import Tally, digest, past
from core.made import DAY, decision, reason

FOUND = {
    "a": Seen("a", 0.5),
    "b": Unavailable("b", "timeout"),
    "c": Seen("c", float("nan")),
    "d": Seen("d", 2.0),
}
CONTEXT = {"place": "gb", "route": "images.edits", "tier": "paid"}


def record(**context):
    made = decision(reason("r", jurisdiction="eu"), shadow=(reason("s"),))
    return decision_record("dec_1", made, FOUND, context)


def was(outcome=Outcome.REFUSE, name="dec_1", **context):
    made = decision(*([reason("r", outcome, jurisdiction="eu")] if outcome else []))
    return past(decision_record(name, made, FOUND, context))


def now(outcome, *, blind=False, jurisdiction="gb"):
    return Foreseen(outcome, blind, "x", jurisdiction)


def test_a_decision_is_read_back_from_its_record():
    one = past(record(**CONTEXT))
    assert (one.id, one.stage, one.day, one.outcome) == ("dec_1", Stage.UPLOAD, DAY, Outcome.REFUSE)
    assert (one.place, one.door, one.jurisdiction, one.shadow) == ("gb", "images.edits", "eu", ("s",))
    assert one.context == CONTEXT


def test_only_what_was_truly_seen_is_a_score():
    one = past(record())
    assert one.scores == {"a": 0.5}
    assert one.measures == {"a", "b", "c", "d"}


def test_the_ends_of_the_scale_are_scores():
    found = {"a": Seen("a", 0.0), "b": Seen("b", 1.0), "c": Seen("c", 1)}
    assert past(decision_record("dec_1", decision(), found, {})).scores == {"a": 0.0, "b": 1.0, "c": 1}


def test_what_came_by_no_route_came_by_its_stage_from_nowhere_known():
    one = past(record(route=""))
    assert (one.place, one.door) == ("", "upload")
    assert was(Outcome.ALLOW).jurisdiction == ""


@pytest.mark.parametrize(
    "change",
    [
        {"day": "yesterday"},
        {"outcome": "pass"},
        {"stage": "?"},
        {"findings": []},
        {"findings": {"a": 1}},
        {"reasons": {}},
        {"reasons": [1]},
        {"shadow": [{}]},
        {"context": None},
    ],
)
def test_what_is_no_decision_is_refused(change):
    with pytest.raises(BadInput) as refused:
        past(record() | change)
    assert refused.value.code == "bad_record"


def test_a_record_with_less_is_refused():
    for name in ("decision", "stage", "day", "outcome", "findings", "reasons", "shadow", "context"):
        with pytest.raises(BadInput):
            past({key: value for key, value in record().items() if key != name})


def counted(*pairs, group="tier", examples=5):
    tally = Tally(group, examples)
    for before, after in pairs:
        tally.add(before, after)
    return tally


def test_changes_are_counted_by_outcome_with_examples():
    tally = counted(
        (was(Outcome.REFUSE, "dec_1"), now(Outcome.HOLD, blind=True)),
        (was(Outcome.REFUSE, "dec_2"), now(Outcome.HOLD)),
        (was(Outcome.ALLOW, "dec_3"), now(Outcome.REFUSE)),
        (was(Outcome.HOLD, "dec_4"), now(Outcome.HOLD, blind=True)),
    )
    found = tally.record()
    assert (tally.decisions, tally.changed) == (4, 3)
    assert {name: found[name] for name in ("decisions", "changed", "graver", "milder", "changed_unseen")} == {
        "decisions": 4, "changed": 3, "graver": 1, "milder": 2, "changed_unseen": 1,
    }  # fmt: skip
    assert found["outcomes"] == [
        {"was": "allow", "now": "refuse", "decisions": 1, "examples": ["dec_3"]},
        {"was": "hold", "now": "hold", "decisions": 1, "examples": []},
        {"was": "refuse", "now": "hold", "decisions": 2, "examples": ["dec_1", "dec_2"]},
    ]


def test_no_more_examples_are_named_than_asked_for():
    pairs = [(was(name=f"dec_{number}"), now(Outcome.ALLOW)) for number in range(4)]
    assert counted(*pairs, examples=2).record()["outcomes"][0]["examples"] == ["dec_0", "dec_1"]
    assert counted(*pairs, examples=0).record()["outcomes"][0]["examples"] == []


def test_a_change_belongs_to_the_law_that_makes_it_or_no_longer_does():
    graver = counted((was(Outcome.ALLOW), now(Outcome.HOLD))).record()["by_jurisdiction"]
    assert graver == [{"jurisdiction": "gb", "decisions": 1, "changed": 1, "changes": {"allow to hold": 1}}]
    milder = counted((was(Outcome.HOLD), now(Outcome.ALLOW))).record()["by_jurisdiction"]
    assert milder == [{"jurisdiction": "eu", "decisions": 1, "changed": 1, "changes": {"hold to allow": 1}}]
    same = counted((was(Outcome.ALLOW), now(Outcome.ALLOW, jurisdiction=""))).record()["by_jurisdiction"]
    assert same == [{"jurisdiction": "none", "decisions": 1, "changed": 0, "changes": {}}]


def test_changes_are_counted_by_door_and_group():
    found = counted(
        (was(route="images.edits", tier="paid"), now(Outcome.ALLOW)),
        (was(route="images.edits", tier="free"), now(Outcome.REFUSE)),
        (was(), now(Outcome.HOLD)),
    ).record()
    assert found["by_door"] == [
        {"door": "images.edits", "decisions": 2, "changed": 1, "changes": {"refuse to allow": 1}},
        {"door": "upload", "decisions": 1, "changed": 1, "changes": {"refuse to hold": 1}},
    ]
    assert [(row["group"], row["changed"]) for row in found["by_group"]] == [
        ("free", 0), ("none", 1), ("paid", 1),
    ]  # fmt: skip


def test_a_group_is_whatever_the_context_says():
    found = counted((was(platform="small"), now(Outcome.ALLOW)), group="platform").record()
    assert found["by_group"][0]["group"] == "small"


def test_what_rules_to_come_said_is_counted():
    one = past(record())
    assert counted((one, now(Outcome.REFUSE)), (one, now(Outcome.REFUSE))).record()["shadow"] == {"s": 2}


def test_a_rehearsal_is_known_by_what_came_of_it():
    first = counted((was(), now(Outcome.ALLOW))).record()
    assert digest(first) == digest(dict(reversed(first.items())))
    assert digest(first) != digest(counted((was(), now(Outcome.HOLD))).record())
    assert len(digest(first)) == 64
