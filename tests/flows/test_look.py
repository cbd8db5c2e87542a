"""Nothing is seen before the log says so, nothing after ten seconds, and nothing of children ever."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from consentry.core.case import Case, CaseState, Copy
from consentry.core.content import Frame, Picture
from consentry.core.errors import BadInput, Conflict, Forbidden, NotFound, NotOffered
from consentry.core.exposure import SHOWN
from consentry.core.match import Method
from consentry.core.review import first_review
from consentry.core.staff import Member, Role
from consentry.flows.look import Looks, described
from consentry.platforms.memory import MemoryPlatform
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, PlainDecoder, StillClock

ADA = Member("ada", "ada", frozenset({Role.REVIEWER}), NOW)
BEA = replace(ADA, id="bea", name="bea")


class Room:
    def __init__(self, state=CaseState.HIDDEN, limit=3):
        self.clock, ids = StillClock(), CountingIds()
        self.store = MemoryStore(self.clock, ids)
        self.site = MemoryPlatform("site", "https://site.example", self.clock)
        item = self.site.publish(b"ok picture", "poster", "text")
        self.looks = Looks(self.store, {"site": self.site}, PlainDecoder(), ids, limit)
        case = Case("C-1", state, NOW, NOW, ())
        with self.store.begin() as tx:
            tx.add_case(case)
            tx.add_case(replace(case, id="C-2"))
            tx.add_review(first_review(case, 1).claimed("ada", NOW))
            for number, of in enumerate(("C-1", "C-2")):
                tx.add_copy(Copy(f"cpy_{number}", of, "site", item, "https://x", Method.LOCATED, 0))

    def ask(self, member=ADA, copy="cpy_0"):
        return self.looks.ask("rev_C-1", copy, member)[1]

    def records(self):
        return [json.loads(self.store.line(at).record) for at in range(self.store.size())]


def test_an_original_opens_once_for_who_asked_after_the_log_says_so():
    room = Room()
    opens = room.ask()
    (record,) = room.records()
    assert (record["event"], record["by"], record["copy"]) == ("looked", "ada", "cpy_0")
    assert opens not in json.dumps(record)
    with pytest.raises(NotFound):
        room.looks.open(opens, BEA)
    shown = room.looks.open(opens, ADA)
    assert Image.open(BytesIO(shown)).format == "JPEG"
    with pytest.raises(NotFound):
        room.looks.open(opens, ADA)


def test_before_a_look_was_asked_for_and_after_ten_seconds_there_is_nothing():
    room = Room()
    with pytest.raises(NotFound):
        room.looks.open("opn_2", ADA)
    opens = room.ask()
    room.clock.move(seconds=SHOWN.seconds)
    with pytest.raises(NotFound):
        room.looks.open(opens, ADA)


def test_a_platform_that_answers_late_shows_nothing_late(monkeypatch):
    room = Room()
    opens = room.ask()
    fetch = room.site.fetch

    def slowly(item):
        room.clock.move(seconds=SHOWN.seconds)
        return fetch(item)

    monkeypatch.setattr(room.site, "fetch", slowly)
    with pytest.raises(NotFound):
        room.looks.open(opens, ADA)


def test_how_long_it_was_seen_is_written_down_once():
    room = Room()
    opens = room.ask()
    room.looks.open(opens, ADA)
    room.clock.move(seconds=2.5)
    room.looks.cover(opens, BEA)
    room.looks.cover(opens, ADA)
    room.clock.move(seconds=2.5)
    room.looks.cover(opens, ADA)
    assert [record.get("milliseconds") for record in room.records()] == [None, 2500]
    seen = room.looks.exposure(ADA)
    assert (seen.in_a_day, seen.seconds) == (1, 2)
    assert room.looks.exposure(BEA).in_a_day == 0


def test_only_who_has_the_case_in_hand_looks_and_only_at_its_copies():
    room = Room()
    with pytest.raises(Conflict):
        room.ask(BEA)
    with pytest.raises(NotFound):
        room.ask(copy="cpy_1")
    assert room.records() == []


def test_nobody_looks_more_often_than_the_limit():
    room = Room(limit=2)
    room.ask()
    room.ask()
    with pytest.raises(Forbidden) as trouble:
        room.ask()
    assert trouble.value.code == "enough_for_today"
    assert len(room.records()) == 2


@pytest.mark.parametrize("state", [CaseState.ESCALATED, CaseState.SECURED])
def test_of_children_nothing_is_shown_covered_or_not(state):
    room = Room(state)
    for look in (
        room.ask,
        lambda: room.looks.covered("rev_C-1", "cpy_0", "blur", "small", "strong"),
        lambda: room.looks.describe("rev_C-1", "cpy_0"),
    ):
        with pytest.raises(Forbidden) as trouble:
            look()
        assert trouble.value.code == "sealed"


def test_a_case_that_became_one_of_children_shows_nothing_that_was_asked_for_before():
    room = Room()
    opens = room.ask()
    with room.store.begin() as tx:
        tx.save_case(replace(tx.case("C-1"), state=CaseState.ESCALATED))
    with pytest.raises(Forbidden):
        room.looks.open(opens, ADA)


def test_what_is_covered_is_small_and_made_here():
    room = Room()
    for style in ("sketch", "blur"):
        made = Image.open(BytesIO(room.looks.covered("rev_C-1", "cpy_0", style, "small", "weak")))
        assert (made.format, made.mode) == ("JPEG", "L")
        assert max(made.size) <= 96
    for wrong in (("none", "small", "weak"), ("blur", "huge", "weak"), ("blur", "small", "none")):
        with pytest.raises(BadInput):
            room.looks.covered("rev_C-1", "cpy_0", *wrong)


def test_what_cannot_be_shown_says_so(monkeypatch):
    room = Room()
    assert room.looks.describe("rev_C-1", "cpy_0") == "One still picture, square, 1 by 1."

    def nothing(item):
        raise NotOffered("no")

    monkeypatch.setattr(room.site, "fetch", nothing)
    assert "does not give" in room.looks.describe("rev_C-1", "cpy_0")
    with pytest.raises(NotFound):
        room.looks.covered("rev_C-1", "cpy_0", "blur", "small", "weak")
    monkeypatch.setattr(room.site, "fetch", lambda item: b"no picture")
    assert "cannot be read" in room.looks.describe("rev_C-1", "cpy_0")
    with pytest.raises(NotFound):
        room.looks.covered("rev_C-1", "cpy_0", "blur", "small", "weak")


@pytest.mark.parametrize(
    ("sizes", "kind", "says"),
    [
        ([(4, 3)], "png", "One still picture, landscape, 4 by 3."),
        ([(3, 4)] * 2, "gif", "A moving picture, portrait, 3 by 4, 2 stills of it."),
        ([(3, 3)] * 5, "mp4", "A video, square, 3 by 3, 5 stills of it."),
    ],
)
def test_a_picture_is_described_by_its_kind_and_shape(sizes, kind, says):
    frames = tuple(Frame(width, height, bytes(width * height * 3)) for width, height in sizes)
    assert described(Picture(b"", "", kind, frames)) == says
