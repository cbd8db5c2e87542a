"""Our log in the eyes of somebody else's code: Go's own log reader agrees with every proof and no forgery."""

import base64
import json
import os
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consentry.core import merkle
from consentry.core.checkpoint import Checkpoint, VerifierKey, open_note, sign
from consentry.core.entry import Kind, seal

PROGRAM = Path(__file__).parents[1] / "core" / "verify_log.go"
GOPATH = Path("/usr/share/gocode")
NAME = "log.example"
SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
VKEY = VerifierKey(NAME, KEY.public_key().public_bytes_raw())
BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
SIZE = 65

pytestmark = [
    pytest.mark.go,
    pytest.mark.skipif(not shutil.which("go"), reason="Debian's golang-go is not installed"),
    pytest.mark.skipif(
        not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
        reason="Debian's golang-golang-x-mod-dev is not installed",
    ),
]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Log:
    """A log of our lines, kept as a store keeps it."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.lines: list[bytes] = []
        for number in range(SIZE):
            record, salt = f"record {number}".encode(), bytes([number]) * 32
            self.append(seal(Kind.DECISION, BEGIN + timedelta(seconds=number), record, salt).leaf())

    def append(self, line: bytes) -> None:
        for level, place, value in merkle.appended(len(self.lines), merkle.leaf_hash(line), self.node):
            self.rows[level, place] = value
        self.lines.append(line)

    def node(self, level: int, place: int) -> bytes:
        return self.rows[level, place]

    def inclusion(self, index: int, size: int) -> dict[str, object]:
        return {
            "kind": "inclusion",
            "leaf": encoded(self.lines[index]),
            "index": index,
            "size": size,
            "root": encoded(merkle.root(size, self.node)),
            "proof": [encoded(each) for each in merkle.inclusion(index, size, self.node)],
        }

    def consistency(self, old: int, size: int) -> dict[str, object]:
        return {
            "kind": "consistency",
            "from": old,
            "old": encoded(merkle.root(old, self.node)),
            "size": size,
            "root": encoded(merkle.root(size, self.node)),
            "proof": [encoded(each) for each in merkle.consistency(old, size, self.node)],
        }

    def note(self, size: int) -> dict[str, object]:
        point = Checkpoint(NAME, size, merkle.root(size, self.node))
        note = sign(point, NAME, VKEY.public, KEY.sign)
        return {"kind": "note", "note": note, "vkey": VKEY.text(), "size": size, "root": encoded(point.root)}


def ask(tmp_path: Path, claims: list[dict[str, object]]) -> dict[str, object]:
    """What Go says about the claims."""
    question = tmp_path / "question.json"
    skey = f"PRIVATE+KEY+{NAME}+{VKEY.key_id().hex()}+{encoded(bytes([1]) + SEED)}"
    text = Checkpoint(NAME, 7, bytes(32)).text()
    question.write_text(json.dumps({"claims": claims, "skey": skey, "text": text}))
    env = os.environ | {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(tmp_path / "cache")}
    command = ["go", "run", PROGRAM, question]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def forged(claim: dict[str, object]) -> list[dict[str, object]]:
    """Every way in which we know how to lie about `claim`."""
    lies = [{"root": encoded(bytes(32))}]
    if claim["kind"] == "note":
        other = replace(
            VKEY, public=Ed25519PrivateKey.from_private_bytes(SEED[::-1]).public_key().public_bytes_raw()
        )
        text = str(claim["note"])
        lies += [
            {"vkey": other.text()},
            {"size": 10_000},
            {"note": text.replace(f"\n{claim['size']}\n", "\n9999\n")},
        ]
        lies += [{"note": text.replace("log.example\n", "Log.example\n")}, {"note": text.partition("—")[0]}]
        return [claim | lie for lie in lies]
    proof = list(claim["proof"])
    lies.append({"proof": [*proof, encoded(bytes(32))]})
    lies += [{"proof": [*proof[:at], encoded(bytes(32)), *proof[at + 1 :]]} for at in range(len(proof))]
    lies += [{"proof": [*proof[:at], *proof[at + 1 :]]} for at in range(len(proof))]
    lies += [{"leaf": encoded(b"forged")}] if claim["kind"] == "inclusion" else [{"old": encoded(bytes(32))}]
    return [claim | lie for lie in lies]


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_go_agrees_with_every_proof_and_with_no_forgery(tmp_path: Path):
    log = Log()
    true = [log.note(size) for size in range(SIZE + 1)]
    true += [log.inclusion(index, size) for size in (1, 2, 3, 31, 32, 33, 64, SIZE) for index in range(size)]
    true += [log.consistency(old, size) for size in (1, 2, 7, 32, 63, 64, SIZE) for old in range(1, size + 1)]
    lies = [lie for claim in true for lie in forged(claim)]
    answer = ask(tmp_path, [*true, *lies])
    assert answer["Holds"] == [True] * len(true) + [False] * len(lies)
    told = Counter(str(claim["kind"]) for claim in true)
    assert min(told["inclusion"], told["consistency"]) >= 200


def test_our_reader_opens_what_go_signed(tmp_path: Path):
    signed = str(ask(tmp_path, [])["Signed"])
    assert open_note(signed, VKEY.text(), ed25519) == Checkpoint(NAME, 7, bytes(32))
