"""What a transaction in memory writes is on a sheet of its own until it is taken over."""

import pytest

from consentry.core.errors import NotFound
from consentry.core.ports import Job
from consentry.core.queue import JobState
from consentry.store.sheet import Held, Tables, found, node_of
from support.stores import NOON, a_case


@pytest.fixture
def tables():
    made = Tables()
    made.cases["C-0001"] = a_case()
    return made


def test_a_sheet_shows_what_is_below(tables):
    assert tables.overlay().cases["C-0001"] == a_case()


def test_what_is_on_the_sheet_is_not_below(tables):
    sheet = tables.overlay()
    sheet.cases["C-0002"] = a_case(2)
    sheet.count("lines")
    assert list(sheet.cases) == ["C-0001", "C-0002"]
    assert list(tables.cases) == ["C-0001"]
    assert tables.counts == {}


def test_a_sheet_is_taken_over_whole(tables):
    sheet = tables.overlay()
    sheet.cases["C-0002"] = a_case(2)
    sheet.cases["C-0001"] = a_case(1, version=5)
    assert sheet.count("lines") == 1
    tables.absorb(sheet)
    assert list(tables.cases) == ["C-0001", "C-0002"]
    assert tables.cases["C-0001"].version == 5
    assert tables.count("lines") == 2


def test_what_is_not_there_is_said():
    with pytest.raises(NotFound, match="boat"):
        found({}, "key", "boat")


def test_nodes_are_looked_up(tables):
    tables.nodes[3, 1] = b"hash"
    assert node_of(tables)(3, 1) == b"hash"


@pytest.mark.parametrize(
    ("state", "until", "due"),
    [
        (JobState.READY, None, True),
        (JobState.LEASED, NOON, True),
        (JobState.LEASED, NOON.replace(hour=13), False),
        (JobState.DONE, None, False),
        (JobState.DEAD, None, False),
    ],
)
def test_a_job_is_due_while_it_is_open_and_nobody_has_it(state, until, due):
    assert Held(Job("hide", {}, "hide", NOON), state, until).due(NOON) is due


def test_a_job_is_not_due_before_its_moment():
    assert not Held(Job("hide", {}, "hide", NOON.replace(hour=13))).due(NOON)
