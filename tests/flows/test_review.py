"""People decide: what they saw beforehand is what is done, after they could still undo it."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.caution import Caution
from consentry.core.consequence import LINK, Act, token
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Conflict, Forbidden, UpstreamTrouble
from consentry.core.match import Method
from consentry.core.message import PURPOSE
from consentry.core.platformports import Ability
from consentry.core.review import (
    CLAIM,
    GRACE,
    REASONS,
    Choice,
    Chosen,
    ResolutionState,
    ReviewState,
    first_review,
)
from consentry.core.staff import Member, Role
from consentry.flows.review import RESOLVE, Bench
from consentry.flows.takedown import Takedown
from consentry.platforms.memory import MemoryPlatform
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, PlainDecoder, PlainFinder, PlainHasher, StillClock

SECRET = b"a secret of sixteen bytes or more"
ADA = Member("ada", "ada", frozenset({Role.REVIEWER}), NOW)
BEA = Member("bea", "bea", frozenset({Role.SENIOR}), NOW)
CY = Member("cy", "cy", frozenset({Role.CHILD_SAFETY}), NOW)
DEE = Member("dee", "dee", frozenset({Role.CHILD_SAFETY}), NOW)
EVE = Member("eve", "eve", frozenset({Role.AUDITOR}), NOW)


class Desk:
    """One case with copies on a small site, a bench, and the hands that carry things out."""

    def __init__(self, state=CaseState.HIDDEN, copies=(CopyState.HIDDEN, CopyState.HIDDEN)):
        self.clock, ids = StillClock(), CountingIds()
        self.store = MemoryStore(self.clock, ids)
        self.blobs = MemoryBlobs(ids)
        self.site = MemoryPlatform("site", "https://site.example", self.clock)
        platforms = {"site": self.site}
        self.bench = Bench(self.store, self.blobs, platforms, ids, SECRET, "https://us.example/statement")
        self.takedown = Takedown(
            self.store, platforms, PlainDecoder(), PlainHasher(), PlainFinder(), self.blobs, ids
        )
        case = Case("C-1", state, NOW, NOW, ())
        with self.store.begin() as tx:
            for member in (ADA, BEA, CY, DEE, EVE):
                tx.save_member(member)
            tx.add_case(case)
            tx.add_review(first_review(case, 1))
            for number, how in enumerate(copies):
                item = self.site.publish(b"ok %d" % number, f"poster{number}", "text")
                address = self.site.address(item)
                tx.add_copy(Copy(f"cpy_{number}", "C-1", "site", item, address, Method.LOCATED, 0, how))
                if how in {CopyState.HIDDEN, CopyState.GONE}:
                    self.site.hide(item, f"before:{number}")

    def chosen(self, choice=Choice.UPHOLD, because="", ticked=None, note=""):
        with self.store.read() as view:
            listed = frozenset(copy.id for copy in view.copies("C-1"))
            version = view.review("rev_C-1").version
        because = because or next(iter(REASONS[choice]))
        return Chosen(choice, because, listed if ticked is None else frozenset(ticked), listed, version, note)

    def decide(self, choice=Choice.UPHOLD, member=ADA, **more):
        self.bench.claim("rev_C-1", member)
        return self.bench.decide("rev_C-1", member, self.chosen(choice, **more))

    def work(self, seconds=GRACE.seconds, rounds=4):
        self.clock.move(seconds=seconds)
        for _ in range(rounds):
            for job in self.store.claim(50, 60):
                if job.kind == "learn":
                    continue
                try:
                    (self.bench if job.kind in Bench.KINDS else self.takedown).run(job)
                except UpstreamTrouble as trouble:
                    self.store.retry(job, 0.1, trouble.code)
            self.clock.move(seconds=1)

    def look(self, what):
        with self.store.read() as view:
            return what(view)

    @property
    def case(self):
        return self.look(lambda view: view.case("C-1"))

    @property
    def review(self):
        return self.look(lambda view: view.review("rev_C-1"))

    @property
    def made(self):
        return self.look(lambda view: list(view.resolutions("C-1")))

    def shown(self):
        return {post.item for post in self.site.posts()}

    def events(self):
        records = (json.loads(self.store.line(at).record) for at in range(self.store.size()))
        return [record.get("event") for record in records if record.get("case") == "C-1"]

    def letters(self):
        messages = self.look(lambda view: list(view.messages("C-1")))
        return [self.blobs.get(one.words, PURPOSE).decode() for one in messages]


def test_what_is_upheld_stays_hidden_and_everybody_is_told():
    desk = Desk()
    made = desk.decide(note="seen before")
    desk.work(seconds=GRACE.seconds - 1, rounds=1)
    assert (desk.made[0].state, desk.letters(), desk.site.notices) == (ResolutionState.CHOSEN, [], {})
    desk.work()
    assert desk.shown() == set()
    assert (desk.review.state, desk.made[0].state) == (ReviewState.DONE, ResolutionState.DONE)
    assert len(desk.letters()) == 1
    (notice,) = desk.site.notices["poster0"]
    assert f"https://us.example/statement/{made.id}/cpy_0/{token(SECRET, made.id, 'cpy_0')}" in notice.text
    assert desk.blobs.get(desk.made[0].note, "note") == b"seen before"
    assert {"claimed", "review_chosen", "review_done", "poster_told"} <= set(desk.events())


@pytest.mark.parametrize("choice", [Choice.UPHOLD, Choice.HOLD])
def test_what_waits_for_a_person_is_hidden_by_their_agreement_and_by_nothing_less(choice):
    desk = Desk(CaseState.OPEN, (CopyState.FOUND, CopyState.FOUND))
    with desk.store.begin() as tx:
        tx.save_case(replace(tx.case("C-1"), caution=Caution.MANY))
    desk.decide(choice)
    desk.work()
    agreed = choice is Choice.UPHOLD
    assert desk.case.caution is (Caution.LOOKED if agreed else Caution.MANY)
    with desk.store.read() as view:
        states = {copy.state for copy in view.copies("C-1")}
    assert (CopyState.FOUND in states) is not agreed


def test_a_refusal_shows_everything_again_stops_the_clock_and_nothing_waits_for_anybody():
    desk = Desk()
    desk.decide(Choice.REFUSE)
    desk.work()
    assert desk.shown() == {"post-1", "post-2"}
    assert (desk.case.state, desk.case.ground.value) == (CaseState.REFUSED, "not_intimate_image_content")
    assert desk.look(lambda view: list(view.reviews(ReviewState.WAITING, 9))) == []
    assert desk.site.notices == {}


def test_what_was_chosen_can_be_undone_for_half_a_minute():
    desk = Desk()
    made = desk.decide(Choice.REFUSE)
    review = desk.bench.undo(made.id, ADA)
    assert (review.state, review.holder) == (ReviewState.WAITING, "ada")
    desk.work()
    assert (desk.shown(), desk.case.state) == (set(), CaseState.HIDDEN)
    assert desk.made[0].state is ResolutionState.UNDONE
    again = desk.decide(Choice.UPHOLD)
    desk.work()
    with pytest.raises(Conflict) as trouble:
        desk.bench.undo(again.id, ADA)
    assert trouble.value.code == "too_late"
    with pytest.raises(Forbidden):
        desk.bench.undo(again.id, BEA)


def test_nobody_decides_what_they_do_not_have_in_hand():
    desk = Desk()
    with pytest.raises(Conflict) as trouble:
        desk.bench.decide("rev_C-1", ADA, desk.chosen(note="kept"))
    assert trouble.value.code == "claim_lost"
    desk.bench.claim("rev_C-1", ADA)
    desk.clock.move(seconds=CLAIM.seconds)
    for act in (desk.bench.decide, desk.bench.preview):
        with pytest.raises(Conflict):
            act("rev_C-1", ADA, desk.chosen())
    with pytest.raises(BadInput):
        desk.bench.decide("rev_C-1", ADA, replace(desk.chosen(), because="because"))


def test_what_changed_since_the_screen_was_loaded_is_said():
    desk = Desk()
    desk.bench.claim("rev_C-1", ADA)
    before = desk.chosen()
    with desk.store.begin() as tx:
        tx.add_copy(Copy("cpy_9", "C-1", "site", "x", "https://site.example/x", Method.NEAR, 5))
    with pytest.raises(Conflict) as trouble:
        desk.bench.decide("rev_C-1", ADA, before)
    assert "1 more copies" in trouble.value.message
    desk.bench.claim("rev_C-1", ADA)
    with pytest.raises(Conflict) as trouble:
        desk.bench.decide("rev_C-1", ADA, replace(desk.chosen(), version=before.version))
    assert trouble.value.code == "changed"


def test_a_review_is_given_back_or_handed_to_a_colleague_who_decides():
    desk = Desk()
    desk.bench.claim("rev_C-1", ADA)
    assert desk.bench.hand("rev_C-1", ADA, "bea").holder == "bea"
    assert desk.bench.release("rev_C-1", BEA).holder == ""
    desk.bench.claim("rev_C-1", ADA)
    with pytest.raises(Forbidden):
        desk.bench.hand("rev_C-1", ADA, "eve")
    assert desk.events() == ["claimed", "handed_over", "released", "claimed"]


def test_a_sign_of_a_child_takes_two_and_the_second_is_another():
    desk = Desk()
    made = desk.decide(Choice.ESCALATE)
    desk.work()
    assert (desk.review.state, made.state, desk.case.state) == (
        ReviewState.CONFIRM, ResolutionState.PROPOSED, CaseState.HIDDEN,
    )  # fmt: skip
    for member in (ADA, replace(ADA, roles=frozenset({Role.SENIOR}))):
        with pytest.raises(Forbidden):
            desk.bench.confirm(made.id, member, agrees=True)
    with pytest.raises(Forbidden):
        desk.bench.claim("rev_C-1", replace(ADA, id="ann"))
    desk.bench.claim("rev_C-1", BEA)
    with pytest.raises(Conflict) as trouble:
        desk.bench.decide("rev_C-1", BEA, desk.chosen())
    assert trouble.value.code == "waits_for_second"
    desk.bench.confirm(made.id, BEA, agrees=True)
    desk.work()
    assert desk.case.state is CaseState.ESCALATED
    assert (desk.made[0].by, desk.made[0].second) == ("ada", "bea")
    with pytest.raises(Conflict):
        desk.bench.confirm(made.id, CY, agrees=True)


def test_a_second_person_who_does_not_agree_puts_it_back():
    desk = Desk()
    made = desk.decide(Choice.ESCALATE)
    desk.bench.confirm(made.id, BEA, agrees=False)
    assert (desk.review.state, desk.made[0].state) == (ReviewState.WAITING, ResolutionState.DECLINED)
    with pytest.raises(Forbidden):
        desk.bench.claim("rev_C-1", ADA)


def test_the_path_of_children_is_closed_to_others_refuses_nothing_and_takes_two():
    desk = Desk(CaseState.ESCALATED)
    for act in (desk.bench.claim, desk.bench.release):
        with pytest.raises(Forbidden) as trouble:
            act("rev_C-1", BEA)
        assert trouble.value.code == "sealed"
    with pytest.raises(Conflict) as trouble:
        desk.decide(Choice.REFUSE, CY)
    assert trouble.value.code == "not_open"
    made = desk.decide(Choice.UPHOLD, CY)
    desk.bench.confirm(made.id, DEE, agrees=True)
    desk.work()
    assert (desk.made[0].state, desk.site.notices) == (ResolutionState.DONE, {})


@pytest.mark.parametrize(
    ("state", "choice"),
    [
        (CaseState.WITHDRAWN, Choice.UPHOLD),
        (CaseState.REFUSED, Choice.UPHOLD),
        (CaseState.ESCALATED, Choice.REFUSE),
    ],
)
def test_nothing_is_done_once_something_else_happened_to_the_case(state, choice):
    desk = Desk()
    desk.decide(choice)
    with desk.store.begin() as tx:
        tx.save_case(replace(tx.case("C-1"), state=state))
    desk.work()
    assert (desk.made[0].state, desk.case.state) == (ResolutionState.OVERTAKEN, state)
    assert (desk.letters(), desk.site.notices, desk.shown()) == ([], {}, set())


def test_what_is_put_off_comes_back_into_the_queue():
    desk = Desk()
    desk.decide(Choice.HOLD)
    desk.work()
    assert (desk.review.state, desk.review.holder) == (ReviewState.WAITING, "")
    assert len(desk.letters()) == 1
    desk.decide(Choice.UPHOLD)
    desk.work()
    assert desk.review.state is ReviewState.DONE


def test_a_platform_that_cannot_tell_posters_leaves_it_to_a_person():
    desk = Desk(copies=(CopyState.HIDDEN,))
    with desk.store.begin() as tx:
        tx.save_copy(replace(tx.copy("cpy_0"), platform="elsewhere"))
    desk.decide()
    desk.work()
    assert "poster_by_hand" in desk.events()


def test_telling_a_poster_is_tried_again_until_the_site_answers():
    desk = Desk(copies=(CopyState.HIDDEN,))
    desk.decide()
    desk.clock.move(seconds=GRACE.seconds)
    (job,) = desk.store.claim(9, 60)
    assert job.kind == RESOLVE
    desk.bench.run(job)
    desk.site.down = True
    desk.work(seconds=0)
    desk.site.down = False
    desk.work(seconds=9)
    desk.work(seconds=9)
    assert len(desk.site.notices["poster0"]) == 1


def test_no_word_of_a_note_and_no_secret_address_is_in_the_log():
    desk = Desk()
    made = desk.decide(note="the words of a note")
    desk.work()
    written = b"".join(desk.store.line(at).record for at in range(desk.store.size())).decode()
    assert "words of a note" not in written
    assert token(SECRET, made.id, "cpy_0") not in written


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    copies=st.lists(st.sampled_from(CopyState), min_size=1, max_size=4),
    ticks=st.integers(0, 15),
    choice=st.sampled_from(Choice),
    state=st.sampled_from([CaseState.OPEN, CaseState.HIDDEN, CaseState.REMOVED]),
)
def test_what_was_shown_beforehand_is_what_is_done(copies, ticks, choice, state):
    desk = Desk(state, copies)
    ticked = {f"cpy_{at}" for at in range(len(copies)) if ticks >> at & 1}
    member = ADA
    desk.bench.claim("rev_C-1", member)
    chosen = desk.chosen(choice, ticked=ticked)
    shown = desk.bench.preview("rev_C-1", member, chosen)
    before = set(desk.shown())
    keys = set(desk.site.effects)
    made = desk.bench.decide("rev_C-1", member, chosen)
    if made.state is ResolutionState.PROPOSED:
        desk.bench.confirm(made.id, BEA, agrees=True)
    desk.work()

    acts = {act: {one.subject for one in shown if one.act is act} for act in Act}
    items = {copy.id: copy.item for copy in desk.look(lambda view: list(view.copies("C-1")))}
    after = (before - {items[one] for one in acts[Act.HIDE]}) | {items[one] for one in acts[Act.RESTORE]}
    assert desk.shown() == after
    orders = {key.split(":")[0] for key in set(desk.site.effects) - keys if key.endswith(made.id)}
    assert orders == acts[Act.HIDE] | acts[Act.RESTORE]
    told = {f"poster{one.removeprefix('cpy_')}" for one in acts[Act.TELL_POSTER]}
    assert set(desk.site.notices) == told
    assert desk.letters() == [one.message.text for one in shown if one.act is Act.TELL_REPORTER]
    for one in shown:
        if one.act is Act.TELL_POSTER:
            (sent,) = desk.site.notices[f"poster{one.subject.removeprefix('cpy_')}"]
            link = (
                f"https://us.example/statement/{made.id}/{one.subject}/{token(SECRET, made.id, one.subject)}"
            )
            assert sent.text == one.message.text.replace(LINK, link)
    moved = [one.event for one in shown if one.act is Act.MOVE]
    going = {CaseState.OPEN, CaseState.HIDDEN, CaseState.REMOVED}
    assert (desk.case.state in going) is (not moved)
    assert Ability.NOTIFY in desk.site.abilities
    assert any(desk.store.line(at).entry.kind is Kind.CASE for at in range(desk.store.size()))
