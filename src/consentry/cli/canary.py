"""`consentry canary`: try every registered route now, after every change."""

from __future__ import annotations

import sys

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, settings_options, show
from consentry.core.route import Tried
from consentry.wiring import open_canary


@click.group()
def canary() -> None:
    """Try every route with labelled, harmless probes."""


@canary.command(epilog="Example: consentry canary run --data ./data --canary-url http://127.0.0.1:8321")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def run(as_json: bool, **options: object) -> None:
    """Have the canaries fly, and end with 5 if a route is not guarded."""
    with open_canary(settings_from(options)) as flock:
        found = flock.fly()
    show({name: tried.value for name, tried in found.items()}, as_json=as_json)
    if any(tried is not Tried.GUARDED for tried in found.values()):
        click.echo("A route is not guarded. Look at it now: `consentry route list`.", err=True)
        sys.exit(ExitCode.ALARM)
