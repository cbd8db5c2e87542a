"""A conversation, as any dialect tells it, as one request: what is asked now, what was asked before.

Every word of the caller counts, also what they asked for earlier and what they put into a system
message. What the assistant is said to have said is not passed on, so it need not be judged.
The caller's pictures count as inputs, those of the present turn first; the first picture of a
conversation is therefore always among those that what comes out is compared with. Pictures in the
assistant's turns are changed further, but nothing is compared with them while there are inputs:
whoever tells the conversation could put into them whatever they like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentry.core.content import Picture
from consentry.core.errors import BadInput
from consentry.web.gate import door
from consentry.web.gate.door import Caller

OTHERS = frozenset({"assistant", "model"})
"""Roles whose words are not the caller's and are passed on to nobody."""

ROLES = OTHERS | {"system", "developer", "user"}
"""Roles that are understood."""

MAX_TURNS = 200
"""Most turns of a conversation that are read."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message."""

    role: str
    """Who is said to have written it."""
    texts: tuple[str, ...]
    """Its words."""
    pictures: tuple[object, ...] = ()
    """References to the pictures in it."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What a conversation comes to."""

    prompt: str
    """What is asked now."""
    earlier: tuple[str, ...]
    """What the caller asked or set before, oldest first."""
    inputs: tuple[Picture, ...]
    """The caller's pictures, those of the present turn first; none twice."""
    made: tuple[Picture, ...]
    """The pictures of the assistant's turns, oldest first; none twice."""


def talk(turns: Sequence[Turn], caller: Caller, name: str) -> Talk:
    """What `turns` come to; `name` is the field they stand in.

    Raises BadInput if the last turn asks nothing, or if there is too much.
    """
    if len(turns) > MAX_TURNS:
        raise BadInput(f"A conversation may have at most {MAX_TURNS} turns.", param=name)
    for turn in turns:
        if turn.role not in ROLES:
            raise BadInput("The gate does not know this role.", code="unknown_parameter", param=name)
    if not turns or turns[-1].role != "user":
        raise BadInput("The last turn must be the user's.", code="missing_prompt", param=name)
    *before, now = turns
    earlier = tuple(text for turn in before if turn.role not in OTHERS for text in turn.texts if text)
    if sum(map(len, earlier)) > door.MAX_PROMPT:
        raise BadInput(f"Earlier turns may have at most {door.MAX_PROMPT} characters.", param=name)
    inputs = [one for turn in (now, *before) if turn.role not in OTHERS for one in turn.pictures]
    made = [one for turn in before if turn.role in OTHERS for one in turn.pictures]
    if len(inputs) + len(made) > door.MAX_INPUTS:
        raise BadInput(f"Send at most {door.MAX_INPUTS} pictures.", code="too_many_images", param=name)
    said = door.prompt("\n".join(now.texts), name)
    return Talk(said, earlier, _once(caller.pictures(inputs)), _once(caller.pictures(made)))


def _once(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    return tuple({picture.sha256: picture for picture in pictures}.values())


def thing(found: object, name: str) -> dict[str, object]:
    """A JSON object. Raises BadInput for anything else."""
    if not isinstance(found, dict):
        raise BadInput(f"`{name}` must be an object.", param=name)
    return found


def things(found: object, name: str) -> list[dict[str, object]]:
    """A list of JSON objects. Raises BadInput for anything else."""
    if not isinstance(found, list):
        raise BadInput(f"`{name}` must be a list.", param=name)
    return [thing(one, name) for one in found]


def words(found: object, name: str) -> str:
    """Text. Raises BadInput for anything else."""
    if not isinstance(found, str):
        raise BadInput(f"`{name}` must be text.", param=name)
    return found


def not_gated(message: str, param: str) -> BadInput:
    """For what these routes may do elsewhere and do not do here."""
    return BadInput(
        message,
        code="route_not_gated",
        param=param,
        next_step="Ask for an image and nothing else; what is no image does not pass through the gate.",
    )


def elsewhere(param: str) -> BadInput:
    """For a reference to what somebody else keeps."""
    return BadInput("What is kept elsewhere cannot be judged.", code="unresolvable_reference", param=param)
