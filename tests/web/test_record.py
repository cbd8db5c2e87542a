"""Anybody can verify the log from what it says in public; what its lines commit to needs a key."""

import base64
import hashlib

import pytest

from consentry.core.merkle import leaf_hash, verify_inclusion
from consentry.wiring import verify_log_note
from support.running import Running


@pytest.fixture
def index(server: Running, photo: bytes) -> int:
    """A line of this test's own."""
    return server.post_picture(photo, "recorded").json()["log_index"]


def public(server: Running, path: str):
    with server.http() as http:
        return http.get(f"/v1/log/{path}")


def test_a_line_is_proved_with_nothing_but_public_answers(server: Running, index: int):
    vkey = public(server, "key").text.strip()
    proof = public(server, f"proof/{index}").json()
    checkpoint = verify_log_note(proof["checkpoint"], vkey, vkey.split("+")[0])
    path = [base64.b64decode(part) for part in proof["path"]]
    leaf = leaf_hash(base64.b64decode(proof["leaf"]))
    assert checkpoint.size == proof["size"]
    assert verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root)
    assert not verify_inclusion(leaf, index + 1, checkpoint.size, path, checkpoint.root)


def test_the_checkpoint_is_plain_text_and_grows(server: Running, photo: bytes):
    before = public(server, "checkpoint")
    server.post_picture(photo, "one-more")
    assert before.headers["content-type"].startswith("text/plain")
    assert int(public(server, "checkpoint").text.split("\n")[1]) > int(before.text.split("\n")[1])


def test_a_record_is_for_whoever_may_read_it(server: Running, index: int):
    assert public(server, f"entry/{index}").status_code == 401
    with server.http("read") as http:
        found = http.get(f"/v1/log/entry/{index}").json()
    assert found["record"]["outcome"] == "allow"
    assert len(bytes.fromhex(found["salt"])) >= 16


def test_an_erased_record_is_gone_and_its_line_still_proves_itself(server: Running, index: int):
    leaf = public(server, f"proof/{index}").json()["leaf"]
    server.system.store.erase(index)
    with server.http("read") as http:
        reply = http.get(f"/v1/log/entry/{index}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "erased")
    assert public(server, f"proof/{index}").json()["leaf"] == leaf


@pytest.mark.parametrize("number", ["-1", "99999999", str(2**80)])
def test_a_line_that_is_not_there_is_not_found(server: Running, number: str):
    assert public(server, f"proof/{number}").json()["error"]["code"] == "not_found"
    with server.http("read") as http:
        assert http.get(f"/v1/log/entry/{number}").json()["error"]["code"] == "not_found"


def test_the_key_is_the_same_every_time(server: Running):
    one, other = (hashlib.sha256(public(server, "key").content).digest() for _ in range(2))
    assert one == other
