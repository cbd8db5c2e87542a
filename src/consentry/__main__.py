"""The `consentry` command."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

import consentry

COMMANDS: Final = {
    "assess": "assess:assess",
    "bank": "bank:bank",
    "canary": "canary:canary",
    "case": "case:case",
    "consent": "consent:consent",
    "conversation": "conversation:conversation",
    "demo": "demo:demo",
    "docs": "docs:docs",
    "evidence": "evidence:evidence",
    "gate": "gate:gate",
    "guard": "guard:guard",
    "hash": "hash:hash_",
    "incident": "incident:incident",
    "jobs": "jobs:jobs",
    "key": "key:key",
    "law": "law:law",
    "log": "log:log",
    "notice": "notice:notice",
    "optout": "optout:optout",
    "policy": "policy:policy",
    "recall": "recall:recall",
    "report": "report:report",
    "route": "route:route",
    "serve": "serve:serve",
    "user": "user:user",
    "webhook": "webhook:webhook",
    "who-made": "whomade:who_made",
    "work": "serve:work",
}
"""Where each command stands: the file under `cli/`, and its name there."""


class OnDemand(click.Group):
    """A group that opens a command's file only when the command is asked for, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the alphabet."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None if there is none."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            file, name = COMMANDS[cmd_name].split(":")
            self.add_command(getattr(import_module(f"consentry.cli.{file}"), name), cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(cls=OnDemand, epilog="Start with: consentry demo")
@click.version_option(consentry.__version__)
def main() -> None:
    """Keeps intimate or degrading images from being made, shown or spread without consent."""


if __name__ == "__main__":
    main()
