"""A receipt proves when a report arrived, to anybody with the log's key; a changed byte is named."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from consentry.core.checkpoint import Checkpoint, VerifierKey, open_note, sign
from consentry.core.entry import Kind, Line, canonical, seal
from consentry.core.errors import BadInput, NotFound
from consentry.core.merkle import appended, inclusion, leaf_hash, root
from consentry.core.receipt import PARTS, verify, write

SECRET, PUBLIC, SALT = b"s" * 32, b"p" * 32, b"\x07" * 32
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
RECORD = {
    "case": "C-7KQ2-M4XD",
    "received": "2026-11-25T12:00:00Z",
    "due": "2026-11-27T12:00:00Z",
    "why": "ü",
}
KEY = VerifierKey("log.example", PUBLIC).text()


def signer(message: bytes) -> bytes:
    """Stands in for Ed25519, which the core does not know."""
    return hmac.digest(SECRET, message, hashlib.sha512)


def opened(note: str, vkey: str) -> Checkpoint:
    return open_note(note, vkey, lambda _key, signature, message: signature == signer(message))


def a_line(index: int, record: dict, kind: Kind = Kind.REPORT) -> Line:
    data = canonical(record)
    return Line(index, seal(kind, AT, data, SALT), data, SALT)


def receipt(record: dict = RECORD, kind: Kind = Kind.REPORT, at: int = 4, size: int = 7) -> str:
    """What a log with `size` lines gives for the line `at`."""
    lines = [a_line(index, {"number": index}, Kind.SYSTEM) for index in range(size)]
    lines[at] = a_line(at, record, kind)
    rows: dict[tuple[int, int], bytes] = {}

    def node(level: int, place: int) -> bytes:
        return rows[level, place]

    for line in lines:
        rows |= {
            (level, place): it
            for level, place, it in appended(line.index, leaf_hash(line.entry.leaf()), node)
        }
    note = sign(Checkpoint("log.example", size, root(size, node)), "log.example", PUBLIC, signer)
    return write(lines[at], inclusion(at, size, node), note, KEY)


WHOLE = receipt()


@pytest.mark.parametrize("key", ["", KEY])
@pytest.mark.parametrize(("at", "size"), [(0, 1), (0, 2), (4, 7), (6, 7)])
def test_it_proves_when_the_report_arrived(key: str, at: int, size: int):
    found = verify(receipt(at=at, size=size), opened, key)
    assert (found.reference, found.received, found.due) == (RECORD["case"], RECORD["received"], RECORD["due"])
    assert (found.index, found.size, found.log) == (at, size, "log.example")


def test_each_byte_counts():
    """One after the other is changed; what still proves something says the very same."""
    plain = WHOLE.encode()
    for place in range(len(plain)):
        for other in (plain[place] ^ 1, plain[place] ^ 32):
            changed = plain[:place] + bytes([other]) + plain[place + 1 :]
            try:
                text = changed.decode()
                proved = verify(text, opened, KEY)
            except (UnicodeDecodeError, BadInput):
                continue
            assert proved == verify(WHOLE, opened, KEY)
            assert {**json.loads(text), "sums": 0} == {**json.loads(WHOLE), "sums": 0}


CHANGED = {"index": 3, "record": RECORD | {"received": "2026-11-25T11:00:00Z"}, "salt": "08" * 32,
           "leaf": "e30=", "path": [], "checkpoint": "x", "key": "y"}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_the_part_that_was_changed_is_named(part: str):
    with pytest.raises(BadInput) as error:
        verify(json.dumps(json.loads(WHOLE) | {part: CHANGED[part]}), opened)
    assert f"`{part}` was changed" in error.value.message
    assert (error.value.param, error.value.code) == (part, "bad_receipt")


def with_sums(**parts: object) -> str:
    """A receipt that somebody changed who knows how sums are made."""
    whole = json.loads(WHOLE) | parts
    sums = {name: hashlib.sha256(canonical({"": whole[name]})).hexdigest()[:16] for name in PARTS}
    return json.dumps(whole | {"sums": sums})


@pytest.mark.parametrize("part", sorted(set(PARTS) - {"key"}))
def test_a_sum_made_anew_helps_nobody(part: str):
    with pytest.raises(BadInput):
        verify(with_sums(**{part: CHANGED[part]}), opened, KEY)


@pytest.mark.parametrize(
    "parts",
    [
        {"index": True}, {"index": "4"}, {"record": []}, {"salt": "zz"}, {"salt": "07"},
        {"salt": 7}, {"leaf": "é"},
        {"leaf": base64.b64encode(b"[]").decode()}, {"leaf": base64.b64encode(b"no JSON").decode()},
        {"path": "x"}, {"path": [7]}, {"path": ["é"]}, {"path": ["AA=="]}, {"checkpoint": 7}, {"index": -1},
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_refused(parts: dict):
    with pytest.raises(BadInput):
        verify(with_sums(**parts), opened, KEY)


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{}", "NaN", "[" * 9_000, " " * 70_000 + WHOLE,
             WHOLE.replace("receipt 1", "receipt 2"),
             WHOLE.replace("}", ', "more": 1}', 1), WHOLE.replace('"sums": {', '"sums": {"more": 1,'),
             WHOLE.replace("C-7KQ2", "\\ud800"), WHOLE.replace('"index": 4', '"index": NaN')],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(text: str):
    with pytest.raises(BadInput):
        verify(text, opened, KEY)


def test_another_key_did_not_sign_it():
    with pytest.raises(BadInput):
        verify(WHOLE, opened, VerifierKey("log.example", b"q" * 32).text())


@pytest.mark.parametrize(
    ("record", "kind"),
    [(RECORD, Kind.CASE), ({"case": "C-1"}, Kind.REPORT), (RECORD | {"due": 7}, Kind.REPORT)],
)
def test_a_line_about_something_else_is_no_receipt(record: dict, kind: Kind):
    with pytest.raises(BadInput):
        verify(receipt(record, kind), opened, KEY)


@pytest.mark.parametrize("gone", [{"record": None}, {"salt": None}])
def test_what_was_erased_can_prove_nothing(gone: dict):
    line = a_line(0, RECORD)
    erased = Line(**{"index": 0, "entry": line.entry, "record": line.record, "salt": line.salt} | gone)
    with pytest.raises(NotFound):
        write(erased, [], "", KEY)
