"""`consentry conversation`: what is kept so that one can go on, destroyed before its end."""

from __future__ import annotations

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.wiring import open_conversations


@click.group()
def conversation() -> None:
    """Conversations at the gate that may still be continued."""


@conversation.command(epilog="Example: consentry conversation forget --account 4kq… --data ./data")
@click.option("--account", required=True, help="Whose: a key's id, or an account as the log names it.")
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def forget(account: str, *, as_json: bool, **options: object) -> None:
    """Destroy every conversation of an account now, and every token of a check it has not used."""
    with open_conversations(settings_from(options)) as conversations:
        show({"account": account, "forgotten": conversations.forget(account)}, as_json=as_json)
