"""A pack of evidence: what is in it, what vouches for it, and how a stranger finds out what was changed.

Everything hangs on two signatures of the log's key: one on the checkpoint, which vouches for every line,
and one on the manifest, which vouches for every file. Whoever has the key from elsewhere needs nobody
to believe. Each line brings its proof; a record opens its line, or was erased and says nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from consentry.core.checkpoint import Checkpoint, Verify, open_note, parse_vkey
from consentry.core.entry import Kind, Line, canonical, commit, stamp
from consentry.core.errors import BadInput
from consentry.core.merkle import leaf_hash, verify_inclusion

MANIFEST = "manifest.json"
"""The digest of every other file but the note on it."""

NOTE = "manifest.note"
"""The signed note on the manifest: a checkpoint whose root is the manifest's digest."""

CHECKPOINT = "checkpoint.txt"
"""The log's signed length and root."""

LINES = "lines.jsonl"
"""Every line with its record, its salt and its proof, one JSON object a line."""

TIMELINE = "timeline.csv"
"""The same, one short row each, for reading."""

ABOUT = "about.json"
"""What the pack is about, for whom and from whom."""

UNSEALED = frozenset({MANIFEST, NOTE})
"""Files that the manifest does not list: itself, and the note on it."""

COLUMNS = ("line", "at", "kind", "event", "outcome", "decision", "case")
"""The columns of the timeline."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A line of the log with the proof that it stands there."""

    line: Line
    """The line, with its record unless that was erased."""
    path: Sequence[bytes]
    """The RFC 6962 audit path under the pack's checkpoint."""

    def text(self) -> str:
        """One line of `lines.jsonl`."""
        line = self.line
        made = {
            "line": line.index,
            "leaf": base64.b64encode(line.entry.leaf()).decode(),
            "path": [base64.b64encode(part).decode() for part in self.path],
            "record": line.record.decode() if line.record is not None else None,
            "salt": line.salt.hex() if line.salt is not None else None,
        }
        return json.dumps(made, ensure_ascii=False, sort_keys=True)


def lines_file(lines: Iterable[Proved]) -> bytes:
    """The file of all of them."""
    return "".join(f"{one.text()}\n" for one in lines).encode()


def row(line: Line) -> dict[str, object]:
    """A line in short: what happened, without anything that names a person."""
    record = json.loads(line.record) if line.record is not None else {"event": "erased"}
    decided = line.entry.kind is Kind.DECISION and "outcome" in record
    return {
        "line": line.index,
        "at": stamp(line.entry.at),
        "kind": line.entry.kind.value,
        "event": str(record.get("event") or ("decided" if decided else line.entry.kind.value)),
        "outcome": str(record.get("outcome", "")),
        "decision": str(record.get("decision", "")),
        "case": str(record.get("case") or _context(record).get("case", "")),
    }


def timeline_file(lines: Iterable[Line]) -> bytes:
    """All of them as CSV (RFC 4180); a field that could be read as a formula is quoted with an apostrophe."""
    rows = [list(COLUMNS), *([_cell(row(line)[name]) for name in COLUMNS] for line in lines)]
    return "".join(",".join(_quoted(cell) for cell in one) + "\r\n" for one in rows).encode()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """The manifest of `files`: the digest of each."""
    return canonical({"v": 1, "files": {name: digest(files[name]) for name in sorted(files)}}) + b"\n"


def digest(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def vouched(origin: str, data: bytes) -> Checkpoint:
    """What is signed for a manifest: as for a log of that name with one line."""
    return Checkpoint(f"{origin} evidence", 1, hashlib.sha256(data).digest())


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a pack found."""

    lines: int
    """Lines whose proofs were checked."""
    erased: int
    """Lines of them whose records are erased."""
    size: int
    """How long the log was."""
    problems: tuple[str, ...]
    """What is not as it was, each with the file or line it is about; empty if all is well."""


def check(files: Mapping[str, bytes], vkey: str, verify: Verify) -> Checked:
    """Whether everything in a pack is as the key `vkey` vouches for, and every line stands in its log.

    Raises BadInput if `vkey` is no verifier key.
    """
    problems = list(_unlisted(files)) if MANIFEST in files else [f"{MANIFEST} is missing"]
    origin = parse_vkey(vkey).name
    problems += _note_problems(files, vkey, origin, verify)
    try:
        checkpoint = open_note(_text(files, CHECKPOINT), vkey, verify, origin)
    except BadInput as trouble:
        return Checked(0, 0, 0, (*problems, f"{CHECKPOINT}: {trouble.message}"))
    found = [_line_problem(number, text, checkpoint) for number, text in _numbered(files)]
    problems += [problem for problem, _ in found if problem]
    return Checked(len(found), sum(erased for _, erased in found), checkpoint.size, tuple(problems))


def _unlisted(files: Mapping[str, bytes]) -> Iterable[str]:
    """Every file that is changed, missing, or not in the manifest."""
    try:
        listed = json.loads(files[MANIFEST])["files"]
        expected = {str(name): str(value) for name, value in listed.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        yield f"{MANIFEST} cannot be read"
        return
    for name in sorted({*expected, *files} - UNSEALED):
        if name not in files:
            yield f"{name} is missing"
        elif name not in expected:
            yield f"{name} was added"
        elif digest(files[name]) != expected[name]:
            yield f"{name} was changed"


def _note_problems(files: Mapping[str, bytes], vkey: str, origin: str, verify: Verify) -> list[str]:
    try:
        signed = open_note(_text(files, NOTE), vkey, verify, f"{origin} evidence")
    except BadInput as trouble:
        return [f"{NOTE}: {trouble.message}"]
    if MANIFEST in files and signed != vouched(origin, files[MANIFEST]):
        return [f"{MANIFEST} was changed"]
    return []


def _numbered(files: Mapping[str, bytes]) -> list[tuple[int, str]]:
    return list(enumerate(_text(files, LINES).splitlines(), 1))


def _line_problem(number: int, text: str, checkpoint: Checkpoint) -> tuple[str, bool]:
    """What is wrong with one line of `lines.jsonl`, if anything, and whether its record is erased."""
    where = f"{LINES}:{number}"
    try:
        made = json.loads(text)
        index, leaf = int(made["line"]), base64.b64decode(made["leaf"], validate=True)
        path = [base64.b64decode(part, validate=True) for part in made["path"]]
        record, salt = made["record"], made["salt"]
        seal = str(json.loads(leaf)["seal"])
        sealed = record is None or (_opened(seal, str(record).encode(), bytes.fromhex(str(salt))))
    except (ValueError, KeyError, TypeError):
        return f"{where} cannot be read", False
    if not verify_inclusion(leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root):
        return f"{where} (line {index}) is not in the log", record is None
    return ("" if sealed else f"{where} (line {index}): its record is not the one written"), record is None


def _opened(seal: str, record: bytes, salt: bytes) -> bool:
    return commit(record, salt) == seal


def _text(files: Mapping[str, bytes], name: str) -> str:
    return files.get(name, b"").decode("utf-8", "replace")


def _context(record: Mapping[str, object]) -> Mapping[str, object]:
    found = record.get("context")
    return found if isinstance(found, Mapping) else {}


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & {",", '"', "\n", "\r"} else cell
