"""A reply is made of what was released, and a refusal says as much as may be said."""

import asyncio
import base64
import dataclasses
import json

import pytest

from consentry.core.content import Stage
from consentry.core.finding import Seen, Unavailable
from consentry.core.policy import Outcome
from consentry.core.ports import Made
from consentry.flows.generate import generate
from consentry.store.memory import MemoryStore
from consentry.web.gate import release
from support.fakes import (
    Brush,
    CountingIds,
    Eye,
    OpenDoor,
    PlainDecoder,
    StillClock,
    judge,
    keeper,
    request,
    rule,
)

DRAWN = (Made(b"ok drawn", "a caption"),)


def go(before=0.0, after=0.0, outcome=Outcome.REFUSE, makes=DRAWN):
    store = MemoryStore(StillClock(), CountingIds())
    rules = [rule("after", outcome, Stage.ANSWER)]
    return asyncio.run(
        generate(
            request(),
            entrance=OpenDoor(),
            ask=judge(store, Eye("before", before)),
            answer=judge(store, Eye("after", after), stage=Stage.ANSWER, rules=rules),
            generator=Brush(makes),
            decoder=PlainDecoder(),
            keeper=keeper(store),
        )
    )


def test_a_released_image_is_what_was_judged_in_base64_and_as_a_data_url():
    (image,) = release.encoded(go())
    assert base64.b64decode(image.base64) == b"ok clean drawn"
    assert image.url == f"data:image/png;base64,{image.base64}"
    assert (image.kind, image.media_type, image.caption) == ("png", "image/png", "a caption")


def test_a_label_is_told_with_the_release():
    released = go(after=0.9, outcome=Outcome.LABEL)
    assert release.basis(released.judged)["labels"] == ["Because."]
    assert release.basis(go().judged)["labels"] == []


def test_every_reply_names_its_decision_and_may_not_be_kept():
    judged = go().judged
    assert release.headers(judged) == {
        "x-request-id": judged.id,
        "consentry-decision": judged.id,
        "consentry-log-index": str(judged.place),
        "cache-control": "no-store",
    }


@pytest.mark.parametrize(
    ("refused", "side", "says", "categories"),
    [
        ({"before": 0.9}, "input", "needs their consent", ("child",)),
        ({"after": 0.9}, "output", "needs their consent", ("child",)),
        ({"after": 0.9, "outcome": Outcome.HOLD}, "output", "until a person has looked", ("child",)),
        ({"makes": (Made(b""),)}, "output", "The generator returned no image", ("upstream_moderation",)),
    ],
)
def test_a_refusal_says_where_and_why(refused, side, says, categories):
    found = release.refusal(go(**refused), "moderation_blocked")
    assert (found.side, found.categories) == (side, categories)
    assert says in found.trouble.message
    assert found.judged.id in found.trouble.message
    assert found.trouble.code == "moderation_blocked"
    assert found.more["moderation_details"] == {"moderation_stage": side, "categories": list(categories)}


def test_if_nobody_could_look_it_is_an_outage_and_no_refusal():
    found = release.refusal(go(after=TimeoutError()), "moderation_blocked")
    assert (found.trouble.status, found.trouble.code) == (503, "safety_unavailable")
    assert "moderation_details" not in found.more
    assert found.more["decision"] == found.judged.id


def test_as_an_http_error_it_carries_both_and_is_not_repeated():
    reply = release.refusal_reply(go(before=0.9), "content_policy_violation", "req_1")
    error = json.loads(reply.body)["error"]
    assert (reply.status_code, reply.headers["x-should-retry"]) == (400, "false")
    assert (error["code"], error["request_id"]) == ("content_policy_violation", "req_1")
    assert error["next_step"] == release.NEXT
    assert reply.headers["consentry-decision"] == error["decision"]


def test_a_reply_is_the_json_it_would_be_if_every_letter_were_read():
    released = go(makes=(Made(b"ok one", "é"), Made(b"ok two")))
    images = release.encoded(released)
    reply = {"data": [{"b64_json": image, "said": image.caption} for image in images], "more": None}
    plain = {"data": [{"b64_json": i.base64, "said": i.caption} for i in images], "more": None}
    assert json.loads(release.written(reply)) == plain
    assert release.written(reply) == json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    assert release.written({"data": []}) == b'{"data":[]}'


def test_nothing_but_a_released_image_stands_for_its_base64():
    with pytest.raises(TypeError):
        release.written({"b64_json": b"raw"})


@pytest.mark.parametrize(
    ("person", "publish"),
    [
        (Seen("person", 1.0), "private"),
        (Seen("person", 0.5), "private"),
        (Seen("person", 0.49), "as_asked"),
        (Unavailable("person", "timeout"), "private"),
    ],
)
def test_what_concerns_a_person_or_may_is_never_posted_by_itself(person, publish):
    judged = dataclasses.replace(go().judged, findings={"person": person})
    assert release.basis(judged)["publish"] == publish
    assert release.basis(dataclasses.replace(judged, findings={}))["publish"] == "private"
