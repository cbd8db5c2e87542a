"""`consentry jobs`: what waits to be done, what was tried for days in vain, and how it is sent off again."""

from __future__ import annotations

from collections.abc import Sequence

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.queue import JobState, Listed
from consentry.wiring import open_queue

_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_KIND = click.option("--kind", default="", help="Only jobs of this kind, such as `hide`.")
_LIMIT = click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="Most jobs to list.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def jobs() -> None:
    """Look after the queue of jobs."""


@jobs.command(name="list", epilog="Example: consentry jobs list --state ready --kind hide --data ./data")
@click.option("--state", default="ready", type=click.Choice([one.value for one in JobState]))
@_KIND
@_LIMIT
@_DATA
@_DATABASE
@_JSON
@plain_errors
def list_jobs(state: str, kind: str, limit: int, as_json: bool, **options: object) -> None:
    """List jobs in a state, the oldest first."""
    with open_queue(settings_from(options)) as queue:
        _list(queue.jobs(JobState(state), kind, limit), as_json=as_json)


@jobs.command(epilog="Example: consentry jobs dead --data ./data")
@_KIND
@_LIMIT
@_DATA
@_DATABASE
@_JSON
@plain_errors
def dead(kind: str, limit: int, as_json: bool, **options: object) -> None:
    """List jobs that were tried for days in vain; a person must look."""
    with open_queue(settings_from(options)) as queue:
        _list(queue.jobs(JobState.DEAD, kind, limit), as_json=as_json)


@jobs.command(epilog="Example: consentry jobs retry 1234 --data ./data")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Every dead job, or every one of `--kind`.")
@_KIND
@_DATA
@_DATABASE
@_JSON
@plain_errors
def retry(numbers: tuple[int, ...], every: bool, kind: str, as_json: bool, **options: object) -> None:
    """Have dead jobs tried again, as often as new ones, under the keys they always had."""
    if bool(numbers) == every:
        raise BadInput("Say which jobs, or `--all`.", next_step="`consentry jobs dead` lists them.")
    with open_queue(settings_from(options)) as queue:
        for number in numbers:
            queue.retry(number)
        count = queue.retry_all(kind) if every else len(numbers)
    show({"retried": count}, as_json=as_json)


def _list(found: Sequence[Listed], *, as_json: bool) -> None:
    for one in found:
        record = {"job": one.number, "kind": one.kind, "state": one.state.value, **one.payload}
        record |= {"due": stamp(one.run_at), "tries": one.attempts, "trouble": one.trouble}
        if as_json:
            show(record, as_json=True)
        else:
            click.echo("  ".join(f"{name}={value}" for name, value in record.items()))
    if not found and not as_json:
        click.echo("There are none.")
