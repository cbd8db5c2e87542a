"""`consentry bank sync` and `lag`: lists that others keep, fetched now, and how far behind ours are."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TextColumn, TimeElapsedColumn

from consentry.cli.common import plain_errors, settings_from, settings_options, show
from consentry.core.exchange import Progress
from consentry.flows.sync import Sync
from consentry.wiring import open_sync

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command(epilog="Example: consentry bank sync STOP_NCII --data ./data --exchanges STOP_NCII=stopncii")
@click.argument("name")
@settings_options
@_JSON
@plain_errors
def sync(name: str, as_json: bool, **options: object) -> None:
    """Fetch everything new for a bank, now."""
    with _opened(options) as follower, _bar(quiet=as_json) as told:
        last = Progress(name)
        for last in follower.pull(name):
            told.update(told.task_ids[0], description=f"{last.taken:,} records")
    show(_record(last, 0.0 if last.complete else math.inf), as_json=as_json)


@click.command(epilog="Example: consentry bank lag --config consentry.toml --json")
@settings_options
@_JSON
@plain_errors
def lag(as_json: bool, **options: object) -> None:
    """Say how far each bank that others fill has come."""
    with _opened(options) as follower:
        lags = follower.lags()
        for bank, progress in follower.progress().items():
            show(_record(progress, lags[bank]), as_json=as_json)


@contextlib.contextmanager
def _opened(options: Mapping[str, object]) -> Iterator[Sync]:
    with open_sync(settings_from(options)) as follower:
        yield follower


def _record(found: Progress, seconds: float) -> dict[str, object]:
    return {
        "bank": found.bank,
        "complete": found.complete.isoformat() if found.complete else None,
        "lag_seconds": None if math.isinf(seconds) else round(seconds, 1),
        "under_way": found.under_way,
        "taken": found.taken,
        "passed_over": found.passed_over,
        "unreadable_pages": found.troubles,
        "trouble": found.trouble,
    }


@contextlib.contextmanager
def _bar(*, quiet: bool) -> Iterator[Bar]:
    """A line that counts, on the error stream."""
    columns = TextColumn("{task.description}"), TimeElapsedColumn()
    with Bar(*columns, console=Console(stderr=True, quiet=quiet), transient=True) as bar:
        bar.add_task("Fetching")
        yield bar
