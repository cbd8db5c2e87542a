"""What was made is entered with its decision, or nothing leaves; and no picture and no prompt is kept."""

import asyncio

import pytest

from consentry.core.content import Stage
from consentry.core.errors import BadInput, Conflict, SafetyUnavailable
from consentry.core.finding import Seen
from consentry.core.making import MADE, SEEDS, Handle, MakingState
from consentry.core.policy import Outcome
from consentry.core.ports import Made
from consentry.flows.generate import Refused, Released, generate
from consentry.store.memory import MemoryStore
from support.fakes import (
    Brush,
    CountingIds,
    Eye,
    OpenDoor,
    PlainDecoder,
    PlainMarker,
    StillClock,
    judge,
    keeper,
    request,
    rule,
)
from support.stores import a_making

SAID = "a harbour nobody else asked for"


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def go(store, *made: bytes, marker=None, asked=None, after=None, outcome=Outcome.REFUSE, door=None):
    return asyncio.run(
        generate(
            asked or request(SAID, b"ok input"),
            entrance=door or OpenDoor(),
            ask=judge(store, Eye("before")),
            answer=judge(
                store, after or Eye("after"), stage=Stage.ANSWER, rules=[rule("after", outcome, Stage.ANSWER)]
            ),
            generator=Brush([Made(data) for data in made or (b"ok drawn",)]),
            decoder=PlainDecoder(),
            keeper=keeper(store, marker),
        )
    )


def entered(store):
    with store.read() as snapshot:
        return [making for _, making in snapshot.makings(Handle.ACCOUNT, "a", 0, 100)]


def known(store, source):
    with store.read() as snapshot:
        return [one for _, one in snapshot.known_since(0, 100) if one.source == source]


class Picky(Eye):
    def look(self, subject):
        return [Seen(self.measure, 1.0 if b"bad" in subject.picture.data else 0.0)]


def test_what_left_is_entered_with_its_decision_and_what_it_was_made_from(store):
    marker = PlainMarker()
    released = go(store, marker=marker)
    (making,) = entered(store)
    (image,) = released.images
    assert making.state is MakingState.PASSED
    assert making.decision == released.judged.id
    assert image.data.endswith(f"under {making.decision}".encode())
    assert making.sha256 == PlainDecoder().decode(image.data).sha256 != making.judged
    assert making.inputs == (PlainDecoder().decode(b"ok input").sha256,)
    (row,), (seed,) = known(store, MADE), known(store, SEEDS)
    assert (row.id, row.hashes.sha256) == (making.id, making.sha256)
    assert (seed.id, seed.hashes.sha256) == (f"{making.id}:0", making.inputs[0])


def test_the_record_names_what_left_and_what_was_judged(store):
    released = go(store, marker=PlainMarker())
    (making,) = entered(store)
    record = store.line(released.judged.place).record.decode()
    assert f'"left":"{making.sha256}"' in record
    assert f'"output":"{making.judged}"' in record
    assert f'"making":"{making.id}"' in record


def test_neither_the_prompt_nor_a_picture_is_kept(store):
    go(store)
    (making,) = entered(store)
    assert SAID not in repr(making)
    assert len(making.prompt) == 64
    everything = repr([*known(store, MADE), *known(store, SEEDS), making])
    assert "ok input" not in everything
    assert "ok drawn" not in everything


def test_what_was_refused_is_entered_and_never_marked(store):
    marker = PlainMarker()
    assert isinstance(go(store, b"ok bad", marker=marker, after=Picky("after")), Refused)
    (making,) = entered(store)
    assert making.state is MakingState.REFUSED
    assert making.sha256 == making.judged
    assert not marker.marked
    assert known(store, MADE)


def test_what_passed_beside_something_refused_is_withheld(store):
    go(store, b"ok one", b"ok bad", b"ok three", after=Picky("after"))
    states = sorted(making.state.value for making in entered(store))
    assert states == ["refused", "withheld", "withheld"]


@pytest.mark.parametrize("why", [SafetyUnavailable("no key"), BadInput("An animation.")])
def test_what_cannot_be_marked_does_not_leave_and_is_not_written_down(store, why):
    door = OpenDoor()
    with pytest.raises(type(why)):
        go(store, marker=PlainMarker(why), door=door)
    assert door.seen == [("images.generations", True, True)]
    assert not entered(store)
    assert store.size() == 1


def test_what_cannot_be_entered_does_not_leave(store):
    with store.begin() as tx:
        tx.add_making(a_making(1))  # the ledger's identifiers count from here as well
    with pytest.raises(Conflict):
        go(store)
    with store.read() as snapshot:
        assert snapshot.makings(Handle.ACCOUNT, "a", 0, 9) == []


@pytest.mark.parametrize(("outcome", "label"), [(Outcome.ALLOW, False), (Outcome.LABEL, True)])
def test_a_label_is_asked_for_where_a_rule_wants_one(store, outcome, label):
    marker = PlainMarker()
    assert isinstance(go(store, marker=marker, after=Eye("after", 0.9), outcome=outcome), Released)
    (stated,) = marker.marked
    assert stated.label is label


@pytest.mark.parametrize(("inputs", "edited"), [((), False), ((b"ok input",), True)])
def test_an_image_made_from_a_picture_says_so(store, inputs, edited):
    marker = PlainMarker()
    go(store, marker=marker, asked=request(SAID, *inputs))
    assert marker.marked[0].edited is edited


def test_a_consent_is_entered_only_if_it_covered_the_request(store):
    asked = request(SAID)
    object.__setattr__(asked, "consent", "cns_1")
    go(store, asked=asked)
    assert [making.consent for making in entered(store)] == [""]
    ledger = keeper(store)
    assert ledger.begin(asked, "dec_0", consented=True).consent == "cns_1"


def test_what_nobody_can_look_at_is_kept_by_its_bytes(store):
    class Blind:
        def upright(self, _picture):
            raise SafetyUnavailable("no")

    ledger = keeper(store)
    object.__setattr__(ledger, "hasher", Blind())
    kept = ledger.kept(PlainDecoder().decode(b"ok"))
    assert (kept.pdq, kept.quality) == ((), 0)
    assert kept.sha256
