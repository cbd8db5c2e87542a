"""The `consentry` command."""

from __future__ import annotations

import click

import consentry
from consentry.cli.bank import bank
from consentry.cli.canary import canary
from consentry.cli.consent import consent
from consentry.cli.conversation import conversation
from consentry.cli.demo import demo
from consentry.cli.docs import docs
from consentry.cli.gate import gate
from consentry.cli.guard import guard
from consentry.cli.hash import hash_
from consentry.cli.incident import incident
from consentry.cli.key import key
from consentry.cli.law import law
from consentry.cli.log import log
from consentry.cli.optout import optout
from consentry.cli.policy import policy
from consentry.cli.recall import recall
from consentry.cli.route import route
from consentry.cli.serve import serve, work
from consentry.cli.sync import lag, sync
from consentry.cli.whomade import who_made


@click.group(epilog="Start with: consentry demo")
@click.version_option(consentry.__version__)
def main() -> None:
    """Keeps intimate or degrading images from being made, shown or spread without consent."""


for command in (sync, lag):
    bank.add_command(command)
for command in (bank, canary, consent, conversation, demo, docs, gate, guard, hash_, incident, key):
    main.add_command(command)
for command in (law, log, optout, policy, recall, route, serve, who_made, work):
    main.add_command(command)

if __name__ == "__main__":
    main()
