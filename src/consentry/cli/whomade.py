"""`consentry who-made`: what the ledger says about a file, for whoever investigates."""

from __future__ import annotations

import json
from pathlib import Path

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.wiring import open_who_made

BY = "operator"
"""Who asked, in the log."""


@click.command(name="who-made", epilog="Example: consentry who-made found-online.jpg --data ./data --json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def who_made(file: Path, as_json: bool, **options: object) -> None:
    """Look FILE up among images that were made here. What is found is evidence, not an accusation."""
    with open_who_made(settings_from(options)) as ledger:
        answer = ledger.ask(file.read_bytes(), BY)
    found = [sighted.record() for sighted in answer.sighted]
    if as_json:
        click.echo(json.dumps({"question": answer.question, "log_index": answer.place, "found": found}))
        return
    show({"question": answer.question, "log_index": answer.place, "found": len(found)}, as_json=False)
    for record in found:
        click.echo("")
        show(record, as_json=False)
