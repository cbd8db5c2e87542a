"""One writer at a time, and nobody waits forever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from consentry.core.errors import SafetyUnavailable
from consentry.store.turns import Turns


@pytest.fixture
def turns():
    return Turns(queue=True, wait_seconds=0.05)


def write(turns):
    with turns.write():
        return "written"


def read(turns):
    with turns.read():
        return "read"


def elsewhere(work, *args):
    """Do something in another thread, and wait for it."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(work, *args).result(timeout=5)


def test_a_second_writer_gives_up_after_a_while(turns):
    with turns.write(), pytest.raises(SafetyUnavailable):
        elsewhere(write, turns)
    assert elsewhere(write, turns) == "written"


def test_a_reader_waits_for_nobody(turns):
    with turns.write():
        assert elsewhere(read, turns) == "read"


def test_without_a_queue_writers_are_the_databases_affair():
    turns = Turns(queue=False, wait_seconds=0.05)
    with turns.write():
        assert elsewhere(write, turns) == "written"


@pytest.mark.parametrize("outer", [Turns.read, Turns.write])
@pytest.mark.parametrize("inner", [read, write])
def test_nobody_has_two_turns_at_once(turns, outer, inner):
    with outer(turns), pytest.raises(RuntimeError):
        inner(turns)
    assert write(turns) == "written"


def test_a_turn_ends_also_when_something_goes_wrong(turns):
    def fail():
        with turns.write():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert write(turns) == "written"


def test_writers_never_overlap():
    turns, inside, most = Turns(queue=True, wait_seconds=5), [], []

    def work():
        with turns.write():
            inside.append(threading.get_ident())
            most.append(len(inside))
            inside.pop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: work(), range(200)))
    assert set(most) == {1}
