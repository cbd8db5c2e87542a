"""`consentry log`: prove that a line stands in a log, with nothing but what the server says in public."""

from __future__ import annotations

import base64
from typing import TextIO

import click
import httpx2

from consentry.cli.common import plain_errors, show
from consentry.core.errors import BadInput, UpstreamTrouble
from consentry.core.merkle import leaf_hash, verify_inclusion
from consentry.wiring import verify_log_note


@click.group()
def log() -> None:
    """Verify the log of a server."""


@log.command(epilog="Example: consentry log verify http://127.0.0.1:8321 17 --key KEYFILE")
@click.argument("server")
@click.argument("index", type=int)
@click.option("--key", type=click.File(), default=None, help="The verifier key; else the server's own word.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def verify(server: str, index: int, key: TextIO | None, as_json: bool) -> None:
    """Check that line INDEX stands in the log of SERVER, and that the checkpoint is signed."""
    size = check_line(server, index, key.read() if key else None)
    show({"index": index, "size": size, "included": True}, as_json=as_json)


def check_line(server: str, index: int, vkey: str | None) -> int:
    """The size of the log in which line `index` was proved to stand.

    Without `vkey` the server's own word for its key is taken. Raises BadInput if the proof fails.
    """
    vkey = vkey or _get(f"{server}/v1/log/key").text
    note, leaf, path = _proof(_get(f"{server}/v1/log/proof/{index}"))
    checkpoint = verify_log_note(note, vkey.strip(), vkey.split("+")[0])
    if not verify_inclusion(leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root):
        raise BadInput(f"Line {index} is NOT in the log that this checkpoint signs.", code="not_included")
    return checkpoint.size


def _proof(reply: httpx2.Response) -> tuple[str, bytes, list[bytes]]:
    """Checkpoint, leaf and audit path in a reply. Raises UpstreamTrouble if it is no proof at all."""
    try:
        proof = reply.json()
        path = [base64.b64decode(part, validate=True) for part in proof["path"]]
        return str(proof["checkpoint"]), base64.b64decode(proof["leaf"], validate=True), path
    except (ValueError, KeyError, TypeError):
        raise UpstreamTrouble("The server's answer is no proof.") from None


def _get(url: str) -> httpx2.Response:
    try:
        reply = httpx2.get(url, timeout=10.0)
        reply.raise_for_status()
    except httpx2.HTTPError:
        raise UpstreamTrouble("The server does not answer as a log should.") from None
    return reply
