"""Operators see how much is decided and how much waits, and nothing about anybody."""

import pytest
from prometheus_client import generate_latest

from consentry.core.bank import Bank
from consentry.core.breaker import Ability, Tally
from consentry.core.content import Stage
from consentry.core.decide import decide
from consentry.core.exchange import Progress
from consentry.core.finding import Seen, Unavailable
from consentry.core.policy import Policy
from consentry.store.figures import Figures
from consentry.store.memory import MemoryStore
from support.fakes import NOW, rule
from support.stores import NOON, CountingIds, HandClock, a_case, appended, enqueued

PRESSING = ("soon", "overdue", "unverified", "complaints", "complaints_overdue")
POLICY = Policy("v1", Stage.ASK, (rule("sky"),))


@pytest.fixture
def figures():
    return Figures()


def value(figures, name, **labels):
    return figures.registry.get_sample_value(name, labels)


def watch(figures, finding):
    figures.watch(decide(POLICY, {"sky": finding}, NOW.date()), {"sky": finding})


def test_decisions_are_counted_by_stage_and_outcome(figures):
    watch(figures, Seen("sky", 0.9))
    watch(figures, Seen("sky", 0.9))
    watch(figures, Seen("sky", 0.1))
    count = "consentry_decisions_total"
    assert value(figures, count, stage="ask", outcome="refuse", blind="false") == 2
    assert value(figures, count, stage="ask", outcome="allow", blind="false") == 1


def test_refusals_because_nobody_could_look_are_counted_apart(figures):
    watch(figures, Unavailable("sky", "clouds"))
    assert value(figures, "consentry_decisions_total", stage="ask", outcome="refuse", blind="true") == 1
    assert value(figures, "consentry_unavailable_total", measure="sky") == 1


def test_what_the_store_holds_is_read_from_it(figures):
    store = MemoryStore(HandClock(), CountingIds())
    appended(store, {"words": "somebody's"})
    enqueued(store, "a", "b", ago=120)
    store.claim(1, 60)
    with store.begin() as tx:
        tx.add_case(a_case())
    figures.refresh(store)
    assert value(figures, "consentry_log_lines") == 1
    assert value(figures, "consentry_cases_running") == 1
    pressing = {state: value(figures, "consentry_cases_pressing", state=state) for state in PRESSING}
    assert pressing == dict.fromkeys(PRESSING, 0)
    jobs = {state: value(figures, "consentry_jobs", state=state) for state in store.queue()}
    assert jobs == {"ready": 1, "leased": 1, "done": 0, "dead": 0, "late": 1, "behind": 0}
    assert b"somebody" not in generate_latest(figures.registry)


def test_a_case_whose_time_is_over_is_counted_where_somebody_is_woken(figures):
    clock = HandClock()
    store = MemoryStore(clock, CountingIds())
    with store.begin() as tx:
        tx.add_case(a_case())
    for seconds, state in ((42 * 3600, "soon"), (6 * 3600, "overdue")):
        clock.pass_(seconds)
        figures.refresh(store)
        assert value(figures, "consentry_cases_pressing", state=state) == 1


def test_two_systems_in_one_process_do_not_share_figures(figures):
    watch(figures, Seen("sky", 0.1))
    assert value(Figures(), "consentry_decisions_total", stage="ask", outcome="allow", blind="false") is None


def test_a_bank_that_somebody_fills_has_a_lag_and_others_have_none(figures):
    lag, clock = "consentry_bank_sync_lag_seconds", HandClock()
    store = MemoryStore(clock, CountingIds())
    with store.begin() as tx:
        for name in ("FOLLOWED", "BROKEN", "OURS"):
            tx.add_bank(Bank(name))
        tx.save_progress(Progress("FOLLOWED", complete=NOON))
        tx.save_progress(Progress("BROKEN", trouble="bank_failed"))
    clock.pass_(42)
    figures.refresh(store)
    found = {name: value(figures, lag, bank=name) for name in ("FOLLOWED", "BROKEN", "OURS")}
    assert found == {"FOLLOWED": 42, "BROKEN": float("inf"), "OURS": None}
    with store.begin() as tx:
        tx.drop_bank("FOLLOWED")
    figures.refresh(store)
    assert value(figures, lag, bank="FOLLOWED") is None


def test_requests_at_the_gate_are_shown_for_one_day(figures):
    clock = HandClock()
    store = MemoryStore(clock, CountingIds())
    with store.begin() as tx:
        tx.count_asked(Ability.EDIT, Tally(asked=3, refused=1, made=2))
    figures.refresh(store)
    name = "consentry_gate_requests_day"
    assert [value(figures, name, capability="edit", state=came) for came in ("asked", "refused", "made")] == [
        3,
        1,
        2,
    ]
    clock.pass_(25 * 3600)
    figures.refresh(store)
    assert value(figures, name, capability="edit", state="asked") == 0
