"""A network is counted without being known, waits and is never refused, and the day's end forgets it."""

import hashlib

import pytest

from consentry.core.errors import TooMany
from consentry.flows import door as module
from consentry.flows.door import TURN, Door
from support.fakes import CountingIds, StillClock

OFFICE, HOME = "203.0.113.0/24", "2001:db8:7::/56"


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def door(clock):
    return Door(clock, CountingIds(), reports=4, looks=4, rush=0)


def times(what, *who) -> int:
    """How often `what` lets somebody in without a wait."""
    for number in range(20):
        try:
            what(*who)
        except TooMany:
            return number
    return 20


def test_one_network_waits_and_another_does_not(door):
    assert times(door.report, OFFICE) == 2
    assert times(door.report, HOME) == 2


def test_it_is_said_how_long_and_then_it_is_true(door, clock):
    times(door.report, OFFICE)
    with pytest.raises(TooMany) as told:
        door.report(OFFICE)
    assert told.value.seconds == 1800
    clock.move(seconds=told.value.seconds)
    door.report(OFFICE)


def test_looks_are_counted_for_each_report_by_itself(door):
    assert times(door.look, OFFICE, "C-2222-2222") == 2
    assert times(door.look, OFFICE, "C-3333-3333") == 2
    assert times(door.look, HOME, "C-2222-2222") == 2


def test_looks_and_reports_do_not_use_each_other_up(door):
    times(door.report, OFFICE)
    assert times(door.look, OFFICE, "C-2222-2222") == 2


def test_somebody_at_this_machine_is_not_counted(door):
    assert times(door.report, "") == 20
    assert times(door.look, "", "C-2222-2222") == 20


def test_none_is_no_limit(clock):
    assert times(Door(clock, CountingIds(), 0, 0, 0).report, OFFICE) == 20


def test_what_is_kept_says_no_network_and_cannot_be_tried_out_after_the_day(door, clock):
    door.report(OFFICE)
    (kept,), key = door._spent, door._key
    assert OFFICE not in repr(vars(door))
    assert kept != hashlib.sha256(f"report {OFFICE}".encode()).digest()[: len(kept)]
    clock.move(hours=24)
    door.look(HOME, "C-2222-2222")
    assert kept not in door._spent
    assert key != door._key
    assert key not in vars(door).values()


def test_no_more_are_kept_than_there_is_room_for(door, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    for number in range(9):
        door.report(f"203.0.{number}.0/24")
    assert len(door._spent) == 3


@pytest.fixture
def rush(clock):
    """A door at which two have come from everywhere, and more must wait."""
    door = Door(clock, CountingIds(), reports=20, looks=0, rush=4)
    for number in range(2):
        door.report(f"198.51.{number}.0/24")
    return door


def turn_of(door: Door, network: str) -> str:
    with pytest.raises(TooMany) as told:
        door.report(network)
    assert told.value.seconds == TURN.total_seconds()
    return told.value.turn


def test_in_a_rush_whoever_waited_is_let_in_once(rush, clock):
    turn = turn_of(rush, OFFICE)
    with pytest.raises(TooMany):
        rush.report(OFFICE, turn)
    clock.move(seconds=TURN.total_seconds())
    rush.report(OFFICE, turn)
    with pytest.raises(TooMany):
        rush.report(OFFICE, turn)


def test_a_turn_that_was_not_given_here_or_has_gone_by_is_none(rush, clock):
    turn = turn_of(rush, OFFICE)
    clock.move(seconds=TURN.total_seconds())
    sooner = turn.replace(turn[:6], "100000", 1)
    for wrong in ("", "x", turn + "x", sooner, f"..{turn}"):
        assert not rush._is_turn(wrong, clock.now()), wrong
    clock.move(minutes=31)
    assert not rush._is_turn(turn, clock.now())


def test_waiting_in_a_rush_uses_up_nothing_of_ones_own(rush):
    for _ in range(30):
        turn_of(rush, OFFICE)


def test_turns_that_were_used_are_forgotten_once_they_have_gone_by(rush, clock):
    for _ in range(3):
        turn = rush._new_turn(clock.now())
        clock.move(seconds=TURN.total_seconds())
        assert rush._is_turn(turn, clock.now())
        clock.move(minutes=40)
    assert len(rush._turns) == 1
