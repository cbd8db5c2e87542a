"""`consentry report`: check a receipt without asking the server that gave it."""

from __future__ import annotations

from dataclasses import asdict
from typing import BinaryIO, TextIO

import click

from consentry.cli.common import plain_errors, show
from consentry.core.checkpoint import Checkpoint
from consentry.core.errors import BadInput
from consentry.core.receipt import MAX_RECEIPT
from consentry.core.receipt import verify as proved_by
from consentry.wiring import verify_log_note

OWN = "the receipt's own: compare it with the one the platform publishes"
"""What is said of the key where none was given."""


@click.group()
def report() -> None:
    """Reports, for those who hold a receipt."""


@report.command(
    name="verify-receipt", epilog="Example: consentry report verify-receipt receipt.json --key KEYFILE"
)
@click.argument("file", type=click.File("rb"))
@click.option(
    "--key", type=click.File(), default=None, help="The log's verifier key; else the receipt's own."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def verify_receipt(file: BinaryIO, key: TextIO | None, as_json: bool) -> None:
    """Check what the receipt in FILE proves; ends with 2 if a byte of it was changed, and says which part."""
    try:
        text = file.read(MAX_RECEIPT + 1).decode()
    except UnicodeDecodeError:
        raise BadInput("This is no receipt: it is not text.", code="bad_receipt") from None
    proved = proved_by(text, _open_note, key.read().strip() if key else "")
    show({**asdict(proved), "proved": True, "key": "the one given" if key else OWN}, as_json=as_json)


def _open_note(note: str, vkey: str) -> Checkpoint:
    """What a checkpoint says, if the key signed it under its own name."""
    return verify_log_note(note, vkey, vkey.split("+", maxsplit=1)[0])
