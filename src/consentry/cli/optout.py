"""`consentry optout`: pictures that somebody registered so that nobody edits them."""

from __future__ import annotations

from pathlib import Path

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.wiring import open_consents


@click.group()
def optout() -> None:
    """Keep the register of pictures that nobody may edit."""


_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@optout.command(epilog="Example: consentry optout add --data ./data portrait.png holiday.jpg")
@click.argument("pictures", nargs=-1, required=True, type=_FILE)
@_DATA
@_DATABASE
@_JSON
@plain_errors
def add(pictures: tuple[Path, ...], as_json: bool, **options: object) -> None:
    """Register PICTURES for somebody. They are hashed and not kept."""
    with open_consents(settings_from(options)) as (_, register):
        made = register.register([file.read_bytes() for file in pictures])
    record = {
        "reference": made.reference,
        "passphrase": made.passphrase,
        "pictures": made.pictures,
        "only_by_file": made.weak,
    }
    show(record, as_json=as_json)


@optout.command(epilog="Example: consentry optout withdraw opt_… --data ./data")
@click.argument("reference")
@_DATA
@_DATABASE
@click.password_option("--passphrase", confirmation_prompt=False, help="The six words; asked for if absent.")
@_JSON
@plain_errors
def withdraw(reference: str, passphrase: str, as_json: bool, **options: object) -> None:
    """Take a registration back."""
    with open_consents(settings_from(options)) as (_, register):
        held = register.withdraw(reference, passphrase)
    show({"reference": reference, "pictures": held}, as_json=as_json)
