"""One door: nothing is made that was not asked about, nothing leaves that was not judged and written down."""

import asyncio
import json

import pytest

from consentry.core.content import Stage
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.ports import Made
from consentry.flows.generate import Refused, Released, generate
from consentry.store.memory import MemoryStore
from support.fakes import BreakingStore, Brush, CountingIds, Eye, PlainDecoder, StillClock, judge, request


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def go(store, before=0.0, after=0.0, brush=None, asked=None, answer_store=None):
    return asyncio.run(
        generate(
            asked or request(),
            ask=judge(store, Eye("before", before)),
            answer=judge(answer_store or store, Eye("after", after), stage=Stage.ANSWER),
            generator=brush or Brush(),
            decoder=PlainDecoder(),
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


def test_nothing_leaves_that_was_not_written_down(store):
    with pytest.raises(SafetyUnavailable):
        go(store, answer_store=BreakingStore(store))
    with pytest.raises(SafetyUnavailable):
        go(BreakingStore(store))


def test_what_leaves_is_byte_for_byte_what_was_judged(store):
    released = go(store, brush=Brush([Made(b"ok with hidden tail")]))
    assert [image.data for image in released.images] == [b"ok clean with hidden tail"]
    assert b"ok clean" not in store.line(released.judged.place).record


def test_one_bad_image_stops_all_of_them(store):
    class Picky(Eye):
        def look(self, subject):
            self.score = 1.0 if b"bad" in subject.picture.data else 0.0
            return super().look(subject)

    answer = judge(store, Picky("after"), stage=Stage.ANSWER)
    made = Brush([Made(b"ok one"), Made(b"ok bad"), Made(b"ok three")])
    outcome = asyncio.run(
        generate(request(), ask=judge(store, Eye("m")), answer=answer, generator=made, decoder=PlainDecoder())
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
            request(), ask=judge(store, Eye("m")), answer=answer, generator=brush, decoder=PlainDecoder()
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
