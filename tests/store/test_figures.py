"""Figures count decisions, blindness, lines, jobs and cases, and know no name of anybody."""

from prometheus_client import generate_latest

from consentry.core.content import Stage
from consentry.core.entry import Kind
from consentry.core.finding import Seen, Unavailable
from consentry.core.ports import Job
from consentry.store.figures import Figures
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, Eye, StillClock, judge, request


def decided(*eyes: Eye):
    """A decision on a request that these looked at, with its findings."""
    one = judge(MemoryStore(StillClock(), CountingIds()), *eyes)
    return one(request(), known={}, place="", context={})


def count(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.registry.get_sample_value(name, labels)


def test_a_decision_is_counted_by_stage_and_outcome():
    figures, judged = Figures(), decided(Eye("m", 0.9))
    for _ in range(2):
        figures.watch(judged.decision, judged.findings)
    labels = {"stage": Stage.ASK.value, "outcome": "refuse", "blind": "false"}
    assert count(figures, "consentry_decisions_total", **labels) == 2


def test_a_refusal_only_because_nobody_could_look_is_told_apart():
    figures, judged = Figures(), decided(Eye("m", ValueError("words")))
    figures.watch(judged.decision, judged.findings)
    assert count(figures, "consentry_decisions_total", stage="ask", outcome="refuse", blind="true") == 1
    assert count(figures, "consentry_unavailable_total", measure="m") == 1


def test_what_was_seen_is_not_counted_as_unavailable():
    figures, judged = Figures(), decided(Eye("m", 0.1))
    figures.watch(judged.decision, {"m": Seen("m", 0.1), "n": Unavailable("n", "ada@mail.example")})
    assert count(figures, "consentry_unavailable_total", measure="m") is None
    assert count(figures, "consentry_unavailable_total", measure="n") == 1
    assert b"ada@" not in generate_latest(figures.registry)


def test_what_is_in_the_store_is_counted_there():
    figures, store = Figures(), MemoryStore(StillClock(), CountingIds())
    with store.begin() as tx:
        tx.append(Kind.KEY, {"key": "one"})
        tx.enqueue(Job("k", {}, "k:1", NOW))
    figures.refresh(store)
    assert count(figures, "consentry_log_lines") == 1
    assert count(figures, "consentry_jobs", state="ready") == 1
    assert count(figures, "consentry_cases_running") == 0


def test_two_systems_count_apart():
    one, other = Figures(), Figures()
    judged = decided(Eye("m", 0.1))
    one.watch(judged.decision, judged.findings)
    assert b"outcome" in generate_latest(one.registry)
    assert b'outcome="' not in generate_latest(other.registry)
