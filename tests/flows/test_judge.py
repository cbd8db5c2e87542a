"""Look, decide, record: in that order, and never one without the others."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.errors import SafetyUnavailable
from consentry.core.finding import Seen, Unavailable
from consentry.core.policy import AtLeast, Outcome
from consentry.store.memory import MemoryStore
from support.fakes import BreakingStore, CountingIds, Eye, StillClock, judge, request, rule


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def ask(a_judge, **more):
    return a_judge(request(), known={}, place="", context={}, **more)


def test_what_was_seen_is_decided_and_written_down(store):
    judged = ask(judge(store, Eye("m", 0.9)))
    assert judged.decision.outcome is Outcome.REFUSE
    record = json.loads(store.line(judged.place).record)
    assert record["decision"] == judged.id
    assert record["outcome"] == "refuse"
    assert record["findings"]["m"]["score"] == 0.9


@pytest.mark.parametrize(
    ("eye", "why"),
    [
        (Eye("m", ValueError("secret")), "ValueError"),
        (Eye("m", sleep=2.0), "timeout"),
        (Eye("m", says=[]), "no answer"),
        (Eye("m", says=[Seen("somebody.else", 0.0)]), "no answer"),
    ],
)
def test_a_signal_that_fails_hangs_or_keeps_silent_has_not_looked(store, eye, why):
    judged = ask(judge(store, eye))
    assert judged.findings["m"] == Unavailable("m", why)
    assert judged.decision.outcome is Outcome.REFUSE
    assert judged.decision.blind


def test_a_signal_cannot_speak_for_another(store):
    liar = Eye("m", says=[Seen("m", 0.0), Seen("other", 0.0)])
    judged = ask(judge(store, liar, Eye("other", 0.9)))
    assert judged.findings["other"].score == 0.9


def test_the_order_in_which_signals_answer_does_not_matter(store):
    quick_first = ask(judge(store, Eye("a", 0.9), Eye("b", 0.1, sleep=0.1)))
    slow_first = ask(judge(store, Eye("a", 0.9, sleep=0.1), Eye("b", 0.1)))
    assert quick_first.decision == slow_first.decision


def test_if_the_log_cannot_be_written_there_is_no_decision(store):
    with pytest.raises(SafetyUnavailable):
        ask(judge(BreakingStore(store), Eye("m", 0.0)))
    assert store.size() == 0


def test_what_goes_with_the_record_happens_with_it_or_not_at_all(store):
    def fail(_tx, _judged):
        raise SafetyUnavailable("no")

    with pytest.raises(SafetyUnavailable):
        ask(judge(store, Eye("m", 0.0)), also=fail)
    assert store.size() == 0


def test_what_was_known_before_counts_with_what_is_seen_now(store):
    both = judge(store, Eye("now", 0.0), stage=Stage.ANSWER, rules=[rule("before", stage=Stage.ANSWER)])
    judged = both(request(), known={"before": Seen("before", 1.0)}, place="", context={})
    assert judged.decision.outcome is Outcome.REFUSE
    assert set(judged.findings) == {"before", "now"}


def test_without_a_subject_nobody_looks(store):
    judged = judge(store, Eye("m", ValueError()))(None, known={"m": Seen("m", 0.0)}, place="", context={})
    assert judged.decision.outcome is Outcome.ALLOW


@given(score=st.floats(0, 1), tiers=st.tuples(st.text(max_size=9), st.text(max_size=9)))
def test_what_an_account_pays_for_changes_nothing(score, tiers):
    decisions = []
    for tier in tiers:
        one = judge(MemoryStore(StillClock(), CountingIds()), Eye("m", score))
        decisions.append(one(request(tier=tier), known={}, place="", context={"tier": tier}).decision)
        one.pool.shutdown()
    assert decisions[0] == decisions[1]


def test_whoever_watches_is_told_and_changes_nothing(store):
    told = []
    watched = judge(store, Eye("m", 0.9))
    object.__setattr__(watched, "watch", lambda decision, findings: told.append((decision, findings)))
    judged = ask(watched)
    assert told == [(judged.decision, judged.findings)]


def early(a_judge, **known):
    found = {name: Seen(name, score) for name, score in known.items()}
    return a_judge.early(request(), known=found, place="", context={"route": "r"})


def first_of(store, *eyes):
    """A judge of whose signals only `eyes` can look at once."""
    return replace(judge(store, *eyes, Eye("later")), first=eyes)


def test_what_is_certain_early_is_refused_and_written_down_at_once(store):
    judged = early(first_of(store, Eye("m", 0.9), Eye("n", 0.1)))
    assert judged.decision.outcome is Outcome.REFUSE
    assert [reason.rule for reason in judged.decision.reasons] == ["x.m"]
    record = json.loads(store.line(judged.place).record)
    assert (record["decision"], record["context"], set(record["findings"])) == (
        judged.id,
        {"route": "r"},
        {"m", "n"},
    )


def test_what_was_known_before_counts_early_too(store):
    assert early(first_of(store, Eye("m")), later=0.9).decision.outcome is Outcome.REFUSE


@pytest.mark.parametrize("eye", [Eye("m", 0.1), Eye("m", ValueError()), Eye("m", says=[])])
def test_what_is_not_certain_early_stays_open_and_unwritten(store, eye):
    assert early(first_of(store, eye)) is None
    assert store.size() == 0


def test_an_early_refusal_that_cannot_be_written_is_no_answer(store):
    with pytest.raises(SafetyUnavailable):
        early(first_of(BreakingStore(store), Eye("m", 0.9)))


def doubting(store, second, first=0.1, doubt=0.5):
    """A judge that asks `second` where `m` says at least `doubt`."""
    rules = [rule("m", Outcome.HOLD), rule("second")]
    return replace(judge(store, Eye("m", first), rules=rules), second=[second], doubt=AtLeast("m", doubt))


def test_a_second_look_is_taken_only_where_something_is_doubtful(store):
    calm = ask(doubting(store, Eye("second", 0.9)))
    assert calm.decision.outcome is Outcome.ALLOW
    assert calm.findings["second"] == Seen("second", 0.0, "not asked: nothing was doubtful", "judge 1")
    assert ask(doubting(store, Eye("second", 0.9), first=0.6)).decision.outcome is Outcome.REFUSE


def test_a_second_look_can_make_nothing_milder(store):
    assert ask(doubting(store, Eye("second", 0.0), first=0.6)).decision.outcome is Outcome.HOLD


@pytest.mark.parametrize("first", [0.6, ValueError()])
def test_a_second_look_that_fails_and_a_doubt_that_is_unknown_stop_everything(store, first):
    judged = ask(doubting(store, Eye("second", ValueError()), first=first))
    assert judged.decision.outcome is Outcome.REFUSE
    assert judged.findings["second"] == Unavailable("second", "ValueError")


def test_nobody_is_asked_again_about_what_is_refused_already(store):
    rules = [rule("m"), rule("second")]
    again = replace(
        judge(store, Eye("m", 0.9), rules=rules), second=[Eye("second", 0.9)], doubt=AtLeast("m", 0.5)
    )
    assert ask(again).findings["second"].evidence == "not asked: refused already"
