"""How many reports of a network were refused is remembered for thirty days, not which network it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.case import Case, CaseState
from consentry.core.origin import named, refused_from, remember
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock

OFFICE, HOME = "203.0.113.0/24", "198.51.100.0/24"


class World:
    def __init__(self):
        self.clock, self.ids = StillClock(), CountingIds()
        self.store = MemoryStore(self.clock, self.ids)
        self.blobs = MemoryBlobs(self.ids)

    def names(self, network):
        return named(self.store, self.blobs, self.ids, network, self.clock.now())

    def report(self, case, network, state=CaseState.REFUSED):
        names = self.names(network)
        with self.store.begin() as tx:
            tx.add_case(Case(case, state, NOW, NOW, ()))
            remember(tx, case, names, self.clock.now())

    def refused(self, network):
        names = self.names(network)
        with self.store.read() as snapshot:
            return refused_from(snapshot, names, self.clock.now())


@pytest.fixture
def world():
    return World()


def test_what_was_refused_is_counted_for_its_network_alone(world):
    world.report("C-1", OFFICE)
    world.report("C-2", OFFICE)
    world.report("C-3", OFFICE, CaseState.OPEN)
    assert (world.refused(OFFICE), world.refused(HOME)) == (2, 0)


def test_somebody_at_this_machine_is_not_remembered(world):
    world.report("C-1", "")
    assert world.names("") == ()
    assert world.refused("") == 0


@pytest.mark.parametrize(("days", "refused"), [(29, 1), (30, 0), (70, 0)])
def test_it_is_forgotten_after_thirty_days(world, days: int, refused: int):
    world.report("C-1", OFFICE)
    world.clock.move(hours=24 * days)
    assert world.refused(OFFICE) == refused


def test_no_network_is_kept(world):
    world.report("C-1", OFFICE)
    (name,) = world.names(OFFICE)
    with world.store.read() as snapshot:
        (kept,) = snapshot.fleeting_of(name)
    assert kept.ends == NOW + timedelta(days=30)
    assert "203" not in repr(replace(kept, ends=NOW))


def test_the_key_goes_with_what_was_made_with_it(world):
    world.report("C-1", OFFICE)
    with world.store.read() as snapshot:
        (key,) = snapshot.fleeting_of("origin")
    assert NOW + timedelta(days=30) <= key.ends <= NOW + timedelta(days=61)
