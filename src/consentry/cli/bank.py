"""`consentry bank`: banks of known pictures, made, filled, read out and removed."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from consentry.cli.bank_files import Reading, exported
from consentry.cli.common import plain_errors, settings_from, show
from consentry.cli.sync import lag, sync
from consentry.core.bank import Bank, EntryStatus, SignalKind
from consentry.core.candidate import Candidate, CandidateState
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.match import NEAR
from consentry.flows.banking import Banking
from consentry.wiring import open_banking

BY = "cli"
"""Who did it, in the log."""


@click.group()
def bank() -> None:
    """Keep banks of known pictures."""


bank.add_command(sync)
bank.add_command(lag)

_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@bank.command(epilog="Example: consentry bank create STOP_NCII --data ./data --source stopncii")
@click.argument("name")
@_DATA
@_DATABASE
@click.option("--ratio", default=1.0, show_default=True, help="The share of lookups in which it counts.")
@click.option("--radius", default=NEAR, show_default=True, help="Largest PDQ distance, in bits.")
@click.option("--source", default="", help="Who fills it.")
@click.option("--about", default="", help="What others should know about it.")
@_JSON
@plain_errors
def create(name: str, as_json: bool, **options: object) -> None:
    """Make an empty bank."""
    wanted = Bank(
        name,
        float(str(options.pop("ratio"))),
        int(str(options.pop("radius"))),
        str(options.pop("source")),
        str(options.pop("about")),
    )
    with _banking(options) as banking:
        show(_record(banking.create(wanted, BY)), as_json=as_json)


@bank.command(name="list", epilog="Example: consentry bank list --data ./data --json")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def list_banks(as_json: bool, **options: object) -> None:
    """List banks."""
    with _banking(options) as banking:
        for found in banking.banks():
            show(_record(found), as_json=as_json)


@bank.command(name="import", epilog="Example: consentry bank import OURS hashes.csv --data ./data --whole")
@click.argument("name")
@click.argument("file", type=_FILE)
@_DATA
@_DATABASE
@click.option(
    "--kind", type=click.Choice(["pdq", "sha256"]), default="pdq", help="What 64 digits alone on a line are."
)
@click.option("--whole", is_flag=True, help="The file is the whole list: withdraw what it leaves out.")
@_JSON
@plain_errors
def import_(name: str, file: Path, kind: str, whole: bool, as_json: bool, **options: object) -> None:
    """Take in a list: one hash or vPDQ video a line, a table with `signal_val`, or JSON lines."""
    with _banking(options) as banking, file.open("rb") as raw:
        banking.bank(name)
        lines = io.TextIOWrapper(raw, "utf-8", errors="replace", newline="")
        reading = Reading(name, banking.clock.now(), SignalKind(kind))
        with _bar(file, quiet=as_json) as told:
            taken = banking.take(name, reading.listed(lines), BY, lambda _: told(raw.tell()))
        if reading.skipped and not taken:
            raise BadInput("Not one line could be used.", param="file")
        withdrawn = banking.withdraw_older(name, reading.now, BY) if whole else 0
    record = {
        "bank": name,
        "taken_in": taken,
        "malformed": reading.skipped,
        "malformed_lines": reading.malformed,
        "withdrawn": withdrawn,
    }
    show(record, as_json=as_json)


@bank.command(epilog="Example: consentry bank export OURS --data ./data --format csv > ours.csv")
@click.argument("name")
@_DATA
@_DATABASE
@click.option(
    "--format", "form", type=click.Choice(["csv", "json", "plain"]), default="csv", show_default=True
)
@plain_errors
def export(name: str, form: str, **options: object) -> None:
    """Print what is in a bank; `plain` lists active hashes only."""
    with _banking(options) as banking:
        banking.bank(name)
        for line in exported(banking.entries(name), form):
            sys.stdout.write(f"{line}\n")


@bank.command(epilog="Example: consentry bank status OURS --data ./data --json")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def status(name: str, as_json: bool, **options: object) -> None:
    """Say how much is in a bank, by kind of hash."""
    with _banking(options) as banking:
        found = banking.status(name)
    counts = {
        state.value: {
            kind.value: many for (kind, status), many in sorted(found.counts.items()) if status is state
        }
        for state in EntryStatus
    }
    show(_record(found.bank) | counts, as_json=as_json)


@bank.command(epilog="Example: consentry bank candidates --data ./data --json")
@_DATA
@_DATABASE
@click.option(
    "--state",
    type=click.Choice([state.value for state in CandidateState]),
    default=CandidateState.OPEN.value,
    show_default=True,
    help="What became of them.",
)
@_JSON
@plain_errors
def candidates(state: str, as_json: bool, **options: object) -> None:
    """List uploads that seem to show a known picture, or a part of it, for a person to look at."""
    with _banking(options) as banking:
        for found in banking.candidates(CandidateState(state)):
            show(_candidate(found), as_json=as_json)


@bank.command(epilog="Example: consentry bank delete OURS --data ./data --yes")
@click.argument("name")
@_DATA
@_DATABASE
@click.option("--yes", is_flag=True, help="Do not ask.")
@_JSON
@plain_errors
def delete(name: str, yes: bool, as_json: bool, **options: object) -> None:
    """Remove a bank with all that is in it; it matches nothing from then on."""
    if not yes:
        click.confirm(f"Remove {name} and all that is in it?", abort=True)
    with _banking(options) as banking:
        show({"bank": name, "removed": banking.remove(name, BY)}, as_json=as_json)


@contextlib.contextmanager
def _banking(options: Mapping[str, object]) -> Iterator[Banking]:
    with open_banking(settings_from(options)) as banking:
        yield banking


def _record(found: Bank) -> dict[str, object]:
    return {
        "name": found.name,
        "ratio": found.enabled_ratio,
        "radius": found.radius,
        "source": found.source,
        "about": found.about,
    }


def _candidate(found: Candidate) -> dict[str, object]:
    match = found.match
    return {
        "candidate": found.id,
        "state": found.state.value,
        "upload": found.picture,
        "entry": match.entry,
        "source": match.source,
        "case": match.case,
        "method": match.method.value,
        "view": match.view,
        "distance": match.distance,
        "region": None if match.region is None else asdict(match.region),
        "found": stamp(found.at),
    }


@contextlib.contextmanager
def _bar(file: Path, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar over the bytes of `file`, on the error stream."""
    console = Console(stderr=True, quiet=quiet)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Taking in", total=file.stat().st_size)
        yield lambda place: progress.update(task, completed=place)
