"""One door: nothing is made that was not asked about, nothing leaves that was not judged and written down."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field, replace

import anyio
import pytest

from consentry.core.content import Account, Draft, Stage, unopened
from consentry.core.errors import BadInput, Overloaded, SafetyUnavailable, UpstreamTrouble
from consentry.core.finding import Seen
from consentry.core.ports import Made
from consentry.flows.generate import Refused, Released, generate
from consentry.store.memory import MemoryStore
from support.fakes import (
    BreakingStore,
    Brush,
    CountingIds,
    Eye,
    OpenDoor,
    PlainDecoder,
    PlainHasher,
    StillClock,
    judge,
    keeper,
    request,
)


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def go(store, before=0.0, after=0.0, brush=None, asked=None, answer_store=None, *, entrance=None):
    return asyncio.run(
        generate(
            asked or request(),
            entrance=entrance or OpenDoor(),
            ask=judge(store, Eye("before", before)),
            answer=judge(answer_store or store, Eye("after", after), stage=Stage.ANSWER),
            generator=brush or Brush(),
            decoder=PlainDecoder(),
            keeper=keeper(store),
        )
    )


@pytest.mark.parametrize("route", ["reply-bot", "app", "website", "api", "a route not invented yet"])
@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (0.1, 0.1, Released),
        (0.9, 0.1, Refused),
        (0.1, 0.9, Refused),
        (TimeoutError(), 0.1, Refused),
        (0.1, ValueError(), Refused),
    ],
)
def test_every_route_gets_the_same_answer(store, route, before, after, kind):
    asked = request()
    object.__setattr__(asked, "route", route)
    assert isinstance(go(store, before, after, asked=asked), kind)


def test_a_refused_request_never_reaches_the_generator(store):
    brush = Brush()
    refused = go(store, before=0.9, brush=brush)
    assert refused.stage is Stage.ASK
    assert brush.asked == 0


def test_the_generator_is_told_which_decision_it_works_under(store):
    class Attentive(Brush):
        async def make(self, request):
            self.decision = request.decision
            return await super().make(request)

    brush = Attentive()
    go(store, brush=brush)
    assert json.loads(store.line(0).record)["decision"] == brush.decision != ""


@pytest.mark.parametrize(
    ("before", "after", "makes", "seen"),
    [(0.0, 0.0, None, (False, True)), (0.9, 0.0, None, (True, False)), (0.0, 0.9, None, (True, True))],
)
def test_what_came_of_a_request_is_counted_at_the_entrance(store, before, after, makes, seen):
    door = OpenDoor()
    go(store, before, after, makes, entrance=door)
    assert door.seen == [("images.generations", *seen)]


def test_a_generator_that_fails_was_called_all_the_same(store):
    class Failing(Brush):
        async def make(self, request):
            raise UpstreamTrouble("It failed.")

    door = OpenDoor()
    with pytest.raises(UpstreamTrouble):
        go(store, brush=Failing(), entrance=door)
    assert door.seen == [("images.generations", False, True)]


def test_whoever_is_not_let_in_is_neither_judged_nor_written_down(store):
    class Shut(OpenDoor):
        def enter(self, request):
            raise SafetyUnavailable("Stopped.", code="route_stopped")

    brush = Brush()
    with pytest.raises(SafetyUnavailable, match="Stopped"):
        go(store, brush=brush, entrance=Shut())
    assert (store.size(), brush.asked) == (0, 0)


def test_a_probe_is_marked_in_the_record(store):
    asked = replace(request(), account=Account("k", probe=True))
    go(store, asked=asked)
    assert json.loads(store.line(0).record)["context"]["probe"] is True
    other = MemoryStore(StillClock(), CountingIds())
    go(other)
    assert "probe" not in json.loads(other.line(0).record)["context"]


def test_nothing_leaves_that_was_not_written_down(store):
    with pytest.raises(SafetyUnavailable):
        go(store, answer_store=BreakingStore(store))
    with pytest.raises(SafetyUnavailable):
        go(BreakingStore(store))


class FullBook(OpenDoor):
    """An entrance whose count of what leaves cannot be written."""

    def count(self, tx, request, *, refused, made):
        raise SafetyUnavailable("The count cannot be written.")


@pytest.mark.parametrize(("before", "after", "lines"), [(0.9, 0.0, 0), (0.0, 0.0, 1), (0.0, 0.9, 1)])
def test_a_decision_and_what_is_counted_of_it_are_written_together_or_not_at_all(store, before, after, lines):
    with pytest.raises(SafetyUnavailable, match="count"):
        go(store, before, after, Brush([Made(b"ok one"), Made(b"ok two")]), entrance=FullBook())
    assert store.size() == lines  # of what passed the request alone, and of no draft


def test_what_is_kept_of_a_draft_is_worked_out_while_it_is_judged(store):
    class Waiting(Eye):
        def look(self, subject):
            assert hashed.wait(20)  # nobody would ever say so if hashing came afterwards
            return super().look(subject)

    class Telling(PlainHasher):
        def upright(self, picture):
            hashed.set()
            return super().upright(picture)

    hashed, ledger = threading.Event(), replace(keeper(store), hasher=Telling())
    outcome = asyncio.run(
        generate(
            request(),
            entrance=OpenDoor(),
            ask=judge(store, Eye("m")),
            answer=replace(judge(store, Waiting("after"), stage=Stage.ANSWER), patience=30.0),
            generator=Brush(),
            decoder=PlainDecoder(),
            keeper=ledger,
        )
    )
    assert isinstance(outcome, Released)


def test_what_leaves_is_byte_for_byte_what_was_judged(store):
    released = go(store, brush=Brush([Made(b"ok with hidden tail")]))
    assert [image.data for image in released.images] == [b"ok clean with hidden tail"]
    assert b"ok clean" not in store.line(released.judged.place).record


def test_one_bad_image_stops_all_of_them(store):
    class Picky(Eye):
        def look(self, subject):
            return [Seen(self.measure, 1.0 if b"bad" in subject.picture.data else 0.0)]

    answer = judge(store, Picky("after"), stage=Stage.ANSWER)
    made = Brush([Made(b"ok one"), Made(b"ok bad"), Made(b"ok three")])
    outcome = asyncio.run(
        generate(
            request(),
            entrance=OpenDoor(),
            ask=judge(store, Eye("m")),
            answer=answer,
            generator=made,
            decoder=PlainDecoder(),
            keeper=keeper(store),
        )
    )
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("made", [[], [Made(b"")], [Made(b"ok"), Made(b"")]])
def test_a_generator_that_silently_returns_nothing_is_a_refusal_that_says_so(store, made):
    refused = go(store, brush=Brush(made))
    assert refused.by_generator
    assert refused.stage is Stage.ANSWER


def test_what_cannot_be_read_is_judged_as_it_came_and_nobody_can_vouch_for_it(store):
    class Blind(Eye):
        def look(self, subject):
            return super().look(subject) if subject.picture.frames else []

    answer = judge(store, Blind("after"), stage=Stage.ANSWER)
    brush = Brush([Made(b"garbage")])
    outcome = asyncio.run(
        generate(
            request(),
            entrance=OpenDoor(),
            ask=judge(store, Eye("m")),
            answer=answer,
            generator=brush,
            decoder=PlainDecoder(),
            keeper=keeper(store),
        )
    )
    assert isinstance(outcome, Refused)
    assert outcome.judged.decision.blind


def test_an_input_that_cannot_be_read_is_sent_back_before_anything_is_judged(store):
    with pytest.raises(BadInput, match="corrupt") as sent_back:
        go(store, asked=request("a harbour", b"garbage"))
    assert sent_back.value.code == "invalid_image"
    assert store.size() == 0


def test_the_record_names_the_request_it_answers(store):
    released = go(store)
    record = store.line(released.judged.place).record.decode()
    assert '"request":"dec_' in record
    assert '"route":"images.generations"' in record


class Counting(PlainDecoder):
    """Counts what it opens and how many it has open at once."""

    def __init__(self, busy=0.0):
        super().__init__()
        self.opened, self.open, self.most, self.busy = [], 0, 0, busy
        self.door = threading.Lock()

    def decode(self, data):
        with self.door:
            self.opened.append(data)
            self.open += 1
            self.most = max(self.most, self.open)
        time.sleep(self.busy)
        with self.door:
            self.open -= 1
        return super().decode(data)


@dataclass
class Slow(Brush):
    """A generator that takes its time, and knows whether it was waited for."""

    takes: float = 0.2
    ended: bool = False
    began: list = field(default_factory=list)

    async def make(self, request):
        self.began.append(request)
        await anyio.sleep(self.takes)
        self.ended = True
        return await super().make(request)


def gate(store, asked, ask=None, answer=None, generator=None, decoder=None):
    return asyncio.run(
        generate(
            asked,
            entrance=OpenDoor(),
            ask=ask or judge(store, Eye("before")),
            answer=answer or judge(store, Eye("after"), stage=Stage.ANSWER),
            generator=generator or Brush(),
            decoder=decoder or PlainDecoder(),
            keeper=keeper(store),
        )
    )


def sealed(*files, prompt="a harbour"):
    """A request whose pictures nobody has opened."""
    return replace(request(prompt), inputs=tuple(map(unopened, files)))


def beside(store, eye):
    """An answering judge with one signal that looks while the generator works."""
    return replace(judge(store, eye, Eye("after"), stage=Stage.ANSWER), first=(eye,))


def test_what_the_words_forbid_is_refused_before_a_picture_is_opened(store):
    decoder, brush = Counting(), Brush()
    words = Eye("words", 0.9)
    ask = replace(judge(store, words, Eye("pixels")), first=(words,))
    refused = gate(store, sealed(b"ok one", b"garbage"), ask=ask, decoder=decoder, generator=brush)
    assert (refused.stage, refused.judged.decision.blind) == (Stage.ASK, False)
    assert (decoder.opened, brush.asked) == ([], 0)
    assert b'"words"' in store.line(refused.judged.place).record


def test_pictures_are_opened_before_they_are_judged_and_the_generator_gets_them(store):
    class Seeing(Eye):
        def look(self, subject):
            self.score = 0.0 if all(one.frames for one in subject.inputs) and subject.mask.frames else 1.0
            return super().look(subject)

    brush = Slow(takes=0.0)
    asked = replace(sealed(b"ok one", b"ok two"), mask=unopened(b"ok mask"))
    assert isinstance(gate(store, asked, ask=judge(store, Seeing("m")), generator=brush), Released)
    (seen,) = brush.began
    assert [one.data for one in (*seen.inputs, seen.mask)] == [b"ok one", b"ok two", b"ok mask"]


def test_one_request_opens_only_so_many_pictures_at_a_time(store):
    decoder = Counting(busy=0.03)
    made = Brush([Made(b"ok %d" % at) for at in range(6)])
    released = gate(store, sealed(*(b"ok %d" % at for at in range(6))), decoder=decoder, generator=made)
    assert [image.data for image in released.images] == [b"ok clean %d" % at for at in range(6)]
    assert len(decoder.opened) == 12
    assert decoder.most == 2


def test_a_busy_decoder_is_told_apart_from_a_bad_picture(store):
    class Busy(PlainDecoder):
        def decode(self, data):
            return replace(super().decode(b"no"), trouble="overloaded")

    with pytest.raises(Overloaded):
        gate(store, sealed(b"ok"), decoder=Busy())


def test_a_slow_look_at_what_came_in_goes_on_beside_the_generator(store):
    began = time.monotonic()
    outcome = gate(store, request("a", b"ok"), answer=beside(store, Eye("m", sleep=0.2)), generator=Slow())
    assert isinstance(outcome, Released)
    assert time.monotonic() - began < 0.55  # 0.2 for both, and 0.2 for the look at the draft


def test_a_generator_is_not_waited_for_once_it_is_clear_that_nothing_may_leave(store):
    brush = Slow(takes=5.0)
    began = time.monotonic()
    refused = gate(store, request("a", b"ok"), answer=beside(store, Eye("m", 0.9)), generator=brush)
    assert time.monotonic() - began < 3
    assert (refused.stage, refused.by_generator) == (Stage.ASK, False)
    assert [reason.rule for reason in refused.judged.decision.reasons] == ["x.m"]
    assert (len(brush.began), brush.ended) == (1, False)


def test_without_a_picture_nothing_is_looked_at_beside_the_generator(store):
    class Never(Eye):
        def look(self, subject):
            assert isinstance(subject, Draft)
            return super().look(subject)

    assert isinstance(gate(store, request(), answer=beside(store, Never("m"))), Released)


def test_trouble_of_the_generator_or_the_log_comes_as_it_is(store):
    class Failing(Brush):
        async def make(self, request):
            raise UpstreamTrouble("The generator failed.")

    asked = request("a", b"ok")
    with pytest.raises(UpstreamTrouble):
        gate(store, asked, answer=beside(store, Eye("m")), generator=Failing())
    broken = replace(beside(store, Eye("m", 0.9)), store=BreakingStore(store))
    with pytest.raises(SafetyUnavailable):
        gate(store, asked, answer=broken, generator=Slow(takes=5.0))


def test_all_drafts_are_judged_and_the_first_that_fails_is_the_answer(store):
    class Picky(Eye):
        def look(self, subject):
            return [Seen(self.measure, 1.0 if b"bad" in subject.picture.data else 0.0)]

    made = Brush([Made(b"ok a"), Made(b"ok bad 1"), Made(b"ok bad 2")])
    refused = gate(store, request(), answer=judge(store, Picky("m"), stage=Stage.ANSWER), generator=made)
    digest = PlainDecoder().renew(b"ok bad 1").sha256
    assert digest.encode() in store.line(refused.judged.place).record
    assert store.size() == 4
