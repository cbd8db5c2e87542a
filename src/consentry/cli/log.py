"""`consentry log`: prove that a line stands in a log, and audit a whole one for edits, cuts and forks."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import TextIO

import click
import httpx2
from rich.console import Console
from rich.progress import Progress

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.errors import BadInput, UpstreamTrouble
from consentry.core.merkle import leaf_hash, verify_inclusion
from consentry.flows.audit import audit as audited
from consentry.wiring import open_log, verify_log_note


@click.group()
def log() -> None:
    """Verify the log of a server, or audit the one on this machine."""


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


@log.command(epilog="Example: consentry log audit --kept /mnt/elsewhere/checkpoint.txt")
@click.option(
    "--kept",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file, best on another machine, with the checkpoint of the last audit; made if it is not there.",
)
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--origin", default=None, help="The log's name, as for the server.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def audit(*, kept: Path | None, as_json: bool, **options: object) -> None:
    """Read the whole log of this machine, and hold it against itself and the checkpoint in --kept.

    Ends with 5 if a line was edited, the log was cut, or it is another one. If all is well, the checkpoint
    of now is put into --kept.
    """
    with open_log(settings_from(options)) as (store, signed):
        before = None
        if kept is not None and kept.exists():
            before = verify_log_note(kept.read_text(encoding="utf-8"), signed.vkey, _name(signed.vkey))
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading", total=store.size())
            found = audited(store, before, lambda read: bar.update(task, completed=read))
        if kept is not None and not found.problems:
            kept.write_text(signed.checkpoint(found.size), encoding="utf-8")
    record = {"size": found.size, "erased": found.erased, "root": base64.b64encode(found.root).decode()}
    record |= {"compared_with": before.size if before else 0, "problems": list(found.problems)}
    show(record, as_json=as_json)
    if found.problems:
        sys.exit(ExitCode.ALARM)


def _name(vkey: str) -> str:
    return vkey.split("+", maxsplit=1)[0]


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
