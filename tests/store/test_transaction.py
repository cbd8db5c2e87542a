"""Transactions on the database agree with those in memory, whatever is done in whatever order."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentry.core.case import CaseState
from consentry.core.entry import Kind
from consentry.core.errors import Trouble
from consentry.core.ports import Job
from consentry.store.memory import MemoryStore
from consentry.store.sql import open_store
from support.stores import CountingIds, HandClock, a_case, a_copy, a_key, a_known

NUMBERS = st.integers(1, 3)
STEPS = st.one_of(
    st.tuples(st.just("add_case"), NUMBERS),
    st.tuples(st.just("save_case"), NUMBERS, st.integers(0, 2)),
    st.tuples(st.just("add_copy"), NUMBERS, NUMBERS, NUMBERS),
    st.tuples(st.just("save_copy"), NUMBERS),
    st.tuples(st.just("add_known"), NUMBERS, st.booleans()),
    st.tuples(st.just("enqueue"), NUMBERS),
    st.tuples(st.just("finish"), NUMBERS, NUMBERS),
    st.tuples(st.just("add_key"), NUMBERS, st.booleans()),
    st.tuples(st.just("append"), NUMBERS),
    st.tuples(st.just("claim"), NUMBERS),
    st.tuples(st.just("retry"), NUMBERS, NUMBERS),
    st.tuples(st.just("later"), NUMBERS),
    st.tuples(st.just("erase"), NUMBERS),
)


WRITES = {
    "add_case": lambda tx, number: tx.add_case(a_case(number)),
    "save_case": lambda tx, number, version: tx.save_case(
        a_case(number, version=version, state=CaseState.HIDDEN)
    ),
    "add_copy": lambda tx, number, case, item: tx.add_copy(
        a_copy(number, case=f"C-{case:04}", item=f"item{item}")
    ),
    "save_copy": lambda tx, number: tx.save_copy(replace(tx.copy(f"cpy_{number}"), distance=30)),
    "add_known": lambda tx, number, active: tx.add_known(a_known(number, active=active)),
    "enqueue": lambda tx, number: tx.enqueue(Job("hide", {}, f"hide:{number}", tx.now())),
    "finish": lambda tx, number, token: tx.finish(Job("hide", {}, "", tx.now(), number, token, token)),
    "add_key": lambda tx, number, revoked: tx.add_key(a_key(number, revoked=revoked)),
    "append": lambda tx, number: tx.append(Kind.SYSTEM, {"number": number}),
}


def outside(store, clock, step):
    match step:
        case "claim", count:
            return store.claim(count, 10 * count)
        case "retry", number, token:
            return store.retry(Job("hide", {}, "", clock.now(), number, token, token), 5, "Trouble")
        case "later", number:
            return clock.pass_(number * 10)
        case "erase", index:
            return store.erase(index - 1)
        case _:
            with store.begin() as tx:
                return WRITES[step[0]](tx, *step[1:])


def played(store, clock, steps):
    """What comes back of every step."""
    told = []
    for step in steps:
        try:
            told.append(outside(store, clock, step))
        except Trouble as trouble:
            told.append((type(trouble), str(trouble)))
    return [list(one) if isinstance(one, tuple | list) else one for one in told]


def everything(store):
    """All that can be read from a store."""
    with store.read() as view:
        kept = (
            view.cases(running=True),
            view.cases(running=False),
            [view.copies(f"C-{number:04}") for number in (1, 2, 3)],
            view.known_since(0, 99),
            view.known_of("C-0001"),
            view.keys(),
        )
    size = store.size()
    return kept, store.queue(), store.root(size), [store.line(index) for index in range(size)]


@settings(
    max_examples=settings().max_examples // 3, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(STEPS, max_size=25))
def test_both_stores_do_and_say_the_same(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("both")
    clocks = HandClock(), HandClock()
    memory = MemoryStore(clocks[0], CountingIds(), 2)
    database = open_store(f"sqlite:///{folder}/store.db", clocks[1], CountingIds(), 2)
    try:
        assert played(memory, clocks[0], steps) == played(database, clocks[1], steps)
        assert everything(memory) == everything(database)
    finally:
        database.close()
