"""Whoever comes back without an account: a reference in the address, six words in the body, and counted.

Reports, consents and opt-outs are answered here alike: nothing is kept by anything between, a field that is
no text is named, and no passphrase is tried before the door has counted the try.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated

from fastapi import Path, Request

from consentry.core.case import Case
from consentry.core.errors import BadInput, NotFound
from consentry.core.receipt import write
from consentry.flows.door import Door
from consentry.web import bodies
from consentry.web.describe import Schema, takes, text, thing
from consentry.web.network import network
from consentry.wiring import System

NO_STORE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
"""Headers of every answer."""

TURN = "consentry-turn"
"""The header in which a turn that was waited for comes back."""

MAX_BODY = 64 * 1024
"""Largest body in bytes; there is no picture in it."""

Fields = Mapping[str, object]
"""A JSON object that was sent."""

Reference = Annotated[
    str, Path(description="The reference that was answered, such as C-7KQ2-M4XD or `cns_…`.")
]
"""What somebody comes back to, in an address."""

WORDS: Mapping[str, Schema] = {"passphrase": text("The six words that were answered.")}
"""The field of whoever comes back."""

SECRET: Schema = takes("The passphrase.", json=thing(dict(WORDS), ("passphrase",)))
"""A body with nothing else."""


async def come_back(request: Request, door: Door, reference: str) -> tuple[str, Fields]:
    """The passphrase, and all that came with it. Raises TooMany before anything costly, or BadInput."""
    door.look(network(request), reference)
    fields = bodies.json_object(await bodies.raw(request, MAX_BODY))
    return text_of(fields, "passphrase"), fields


def receipt_of(system: System, case: Case) -> str:
    """The file that proves when a report arrived. Raises NotFound where there is none."""
    if case.line is None:
        raise NotFound("There is no receipt for this case.", next_step="Look at the status instead.")
    size = system.store.size()
    path = system.store.inclusion(case.line, size)
    return write(system.store.line(case.line), path, system.log.checkpoint(size), system.log.vkey)


def text_of(fields: Fields, name: str) -> str:
    """The text in a field, or an empty one. Raises BadInput."""
    found = fields.get(name, "")
    if not isinstance(found, str):
        raise BadInput(f"`{name}` must be text.", param=name)
    return found


def texts_of(fields: Fields, name: str) -> Sequence[str]:
    """The texts in a list, or none. Raises BadInput."""
    found = fields.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadInput(f"`{name}` must be a list of texts.", param=name)
    return found


def only(fields: Fields, known: AbstractSet[str]) -> None:
    """Raise BadInput for the first field that nobody asked for."""
    unknown = set(fields) - known
    if unknown:
        raise BadInput(f"There is no field `{min(unknown)}`.", code="unknown_field", param=min(unknown))
