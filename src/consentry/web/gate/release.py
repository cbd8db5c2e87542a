"""The only way from a decision at the gate to a reply: images that were released, or why none were.

Nothing here takes a draft, and no dialect encodes an image by itself: what can be sent is what
`encoded` makes of a `Released`, and only `flows.generate` makes one of those.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pybase64
from fastapi.responses import Response

from consentry.core.content import Stage
from consentry.core.decision import Decision
from consentry.core.errors import BadInput, SafetyUnavailable, Trouble
from consentry.core.finding import Seen
from consentry.core.policy import Outcome
from consentry.flows.generate import Refused, Released
from consentry.flows.judge import Judged
from consentry.web import errors

NEXT = "Change the request. If you think this is wrong, quote the decision to the operator."
"""What a refusal says to do next."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One released image, ready to be put into any dialect's reply."""

    base64: str
    """The file."""
    kind: str
    """`jpeg`, `png`, `webp`, `gif` or `avif`."""
    caption: str
    """The prompt as the generator rewrote it; empty if it did not."""

    @property
    def url(self) -> str:
        """The file as a `data:` URL."""
        return f"data:{self.media_type};base64,{self.base64}"

    @property
    def media_type(self) -> str:
        """What the file is, in the words of RFC 6838."""
        return f"image/{self.kind}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing leaves, before any dialect has put it in its own words."""

    trouble: Trouble
    """The error itself: 400 if somebody looked and said no, 503 if nobody could look."""
    side: str
    """`input` or `output`, as OpenAI calls the stage; empty if nobody could look."""
    categories: tuple[str, ...]
    """What it is about."""
    judged: Judged
    """The decision it rests on."""

    @property
    def more(self) -> Mapping[str, object]:
        """What an error says besides."""
        details = {"moderation_stage": self.side, "categories": list(self.categories)}
        return {
            **({"moderation_details": details} if self.side else {}),
            "decision": self.judged.id,
            "log_index": self.judged.place,
            "reasons": _reasons(self.judged.decision),
        }


def encoded(released: Released) -> Sequence[Encoded]:
    """The images in base64. It takes nothing but Released, and nobody else encodes an image."""
    return [
        Encoded(pybase64.b64encode(image.data).decode(), image.kind, image.caption)
        for image in released.images
    ]


def written(reply: Mapping[str, object]) -> bytes:
    """`reply` as JSON, in which an `Encoded` stands for its base64.

    That is long and has nothing to escape, so it is put in as it is and not read letter by letter.
    """
    place, found = secrets.token_hex(16), []

    def held(image: object) -> str:
        if not isinstance(image, Encoded):
            raise TypeError(f"{type(image).__name__} has no place in a reply")
        found.append(image.base64)
        return place

    text = json.dumps(reply, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=held)
    first, *rest = text.split(place)
    return "".join((first, *(part for pair in zip(found, rest, strict=True) for part in pair))).encode()


def basis(judged: Judged) -> Mapping[str, object]:
    """What a release rests on: the field `consentry` of every reply."""
    labels = [reason.says for reason in judged.decision.reasons if reason.outcome is Outcome.LABEL]
    return {"decision": judged.id, "log_index": judged.place, "labels": labels, "publish": _publish(judged)}


def _publish(judged: Judged) -> str:
    """Whether a platform may post it by itself: never what concerns a person, or may."""
    person = judged.findings.get("person")
    nobody = isinstance(person, Seen) and person.score < 0.5  # noqa: PLR2004 - the threshold of every rule
    return "as_asked" if nobody else "private"


def headers(judged: Judged) -> dict[str, str]:
    """What every reply that rests on a decision carries; nobody may keep it."""
    return {
        "x-request-id": judged.id,
        "consentry-decision": judged.id,
        "consentry-log-index": str(judged.place),
        "cache-control": "no-store",
    }


def refusal(refused: Refused, code: str) -> Refusal:
    """Why nothing leaves; `code` is what the operator has a refusal called."""
    judged = refused.judged
    if judged.decision.blind and not refused.by_generator:
        trouble = SafetyUnavailable("A safety check could not be made, so nothing was released.")
        return Refusal(trouble, "", (), judged)
    said = _message(judged.decision, by_generator=refused.by_generator)
    error = BadInput(f"{said} (decision {judged.id})", code=code, next_step=NEXT)
    return Refusal(error, "input" if refused.stage is Stage.ASK else "output", _categories(refused), judged)


def refusal_reply(refused: Refused, code: str, rid: str) -> Response:
    """The refusal as an HTTP error, for dialects that have no words of their own for it."""
    found = refusal(refused, code)
    reply = errors.response(found.trouble, rid, found.more)
    reply.headers.update(headers(found.judged))
    return reply


def _message(decision: Decision, *, by_generator: bool) -> str:
    if by_generator:
        return "The generator returned no image."
    if decision.outcome is Outcome.HOLD:
        return "The result is held until a person has looked at it."
    return "The request would show a person in a way that needs their consent."


def _reasons(decision: Decision) -> list[str]:
    return [reason.says for reason in decision.reasons if reason.outcome > Outcome.LABEL]


def _categories(refused: Refused) -> tuple[str, ...]:
    if refused.by_generator:
        return ("upstream_moderation",)
    reasons = refused.judged.decision.reasons
    return tuple(sorted({reason.harm.value for reason in reasons if reason.outcome > Outcome.LABEL}))
