"""A receipt proves when a report arrived, to anybody, without asking the server that gave it.

It is a file of five parts: what the log says of the report, the salt of that line, the line itself, the path
from it to the root of the log's tree, and the signed root. Whoever knows the log's public key can check all
of it. Each part has a sum beside it, so that a changed byte is named. It names nobody, and opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consentry.core.checkpoint import Checkpoint
from consentry.core.entry import Line, canonical, commit
from consentry.core.errors import BadInput, NotFound
from consentry.core.merkle import leaf_hash, verify_inclusion

KIND: Final = "consentry receipt 1"
"""What such a file says that it is."""

MAX_RECEIPT = 64 * 1024
"""Longest receipt read, in characters; a path in the longest log there can be has 63 hashes."""

PARTS = ("index", "record", "salt", "leaf", "path", "checkpoint", "key")
"""Everything in it that has a sum."""

OpenNote = Callable[[str, str], Checkpoint]
"""What a note says, if a verifier key signed it: `(note, vkey)`. Raises BadInput."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What a receipt proves."""

    reference: str
    """The case's name."""
    received: str
    """When the report arrived and the clock began (UTC)."""
    due: str
    """When it had to be decided."""
    index: int
    """Which line of the log says so."""
    size: int
    """How many lines the log had when the receipt was made."""
    log: str
    """The name of the log."""


def write(line: Line, path: Sequence[bytes], note: str, vkey: str) -> str:
    """The receipt as a file's text: a `line` of the log under `vkey`, and the `path` to what `note` signs.

    Raises NotFound if what the line says was erased.
    """
    if line.record is None or line.salt is None:
        raise NotFound("What the receipt would prove was erased.", code="erased")
    parts: dict[str, object] = {
        "index": line.index,
        "record": json.loads(line.record),
        "salt": line.salt.hex(),
        "leaf": base64.b64encode(line.entry.leaf()).decode(),
        "path": [base64.b64encode(one).decode() for one in path],
        "checkpoint": note,
        "key": vkey,
    }
    whole = {"kind": KIND, **parts, "sums": {name: _sum(parts[name]) for name in PARTS}}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def verify(text: str, open_note: OpenNote, vkey: str = "") -> Proved:
    """What the receipt `text` proves under the key `vkey`, or under its own. Raises BadInput naming the part.

    Under its own key it proves only that nothing was changed since somebody signed it.
    """
    parts = _parts(text)
    index, record, salt, leaf, path = _typed(parts)
    checkpoint = open_note(str(parts["checkpoint"]), vkey or str(parts["key"]))
    said = _said(leaf)
    if said.get("kind") != "report" or commit(canonical(record), salt) != said.get("seal"):
        raise _bad("record", "is not what this line of the log was made from")
    if not verify_inclusion(leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root):
        raise _bad("leaf", "is NOT in the log that the checkpoint signs")
    facts = {name: record.get(name) for name in ("case", "received", "due")}
    if not all(isinstance(fact, str) for fact in facts.values()):
        raise _bad("record", "is not of a report")
    return Proved(
        str(facts["case"]),
        str(facts["received"]),
        str(facts["due"]),
        index,
        checkpoint.size,
        checkpoint.origin,
    )


def _parts(text: str) -> Mapping[str, object]:
    """Every part, none missing, none more, and each with the sum that it had."""
    try:
        whole = json.loads(text, parse_constant=_no_number) if len(text) <= MAX_RECEIPT else None
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict):
        raise BadInput("This is no receipt: it is not JSON.", code="bad_receipt")
    expected = {"kind", "sums", *PARTS}
    if set(whole) != expected:
        name = min(set(whole) ^ expected)
        raise _bad(name, "is missing" if name in expected else "does not belong there")
    if whole["kind"] != KIND:
        raise _bad("kind", "is not that of a receipt")
    sums = whole["sums"]
    if not isinstance(sums, dict) or set(sums) != set(PARTS):
        raise _bad("sums", "was changed")
    for name in PARTS:
        if sums[name] != _sum(whole[name]):
            raise _bad(name, "was changed, or its sum was")
    return whole


def _typed(parts: Mapping[str, object]) -> tuple[int, Mapping[str, object], bytes, bytes, list[bytes]]:
    index, record, path = parts["index"], parts["record"], parts["path"]
    if type(index) is not int:
        raise _bad("index", "is no number")
    if not isinstance(record, dict):
        raise _bad("record", "is no object")
    try:
        salt, leaf = bytes.fromhex(str(parts["salt"])), base64.b64decode(str(parts["leaf"]), validate=True)
        proof = [base64.b64decode(one, validate=True) for one in path] if isinstance(path, list) else []
        commit(b"", salt)
    except (ValueError, TypeError):
        raise _bad("salt, leaf or path", "is not what it must be") from None
    return index, record, salt, leaf, proof


def _said(leaf: bytes) -> Mapping[str, object]:
    try:
        said = json.loads(leaf)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _bad("leaf", "is no line of a log")
    return said


def _sum(part: object) -> str:
    """SHA-256 over a part, as far as a reader needs it to find a slip."""
    try:
        return hashlib.sha256(canonical({"": part})).hexdigest()[:16]
    except ValueError:  # a half of a character, which no text holds
        return ""


def _no_number(_word: str) -> None:
    raise ValueError("JSON has no such number")


def _bad(part: str, what: str) -> BadInput:
    return BadInput(
        f"The receipt proves nothing: `{part}` {what}.",
        code="bad_receipt",
        param=part,
        next_step="Take the file as it was downloaded, or download it again from the status page.",
    )
