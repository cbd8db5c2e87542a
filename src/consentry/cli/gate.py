"""`consentry gate`: what the gate would do, and how much of what is made went through it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.errors import BadInput
from consentry.flows.trial import Attached, Band, Tried, attempt
from consentry.wiring import ask_policy, today
from consentry.wiring import egress as counted

ADDED = ("outcome", "score", "rules")
"""The columns written beside each row."""

Row = dict[str, str]


@click.group()
def gate() -> None:
    """Try out the gate, and see what goes through it."""


@gate.command(name="try", epilog="Example: consentry gate try --prompts prompts.csv --out tried.csv")
@click.option(
    "--prompts",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with a column `text`, and `input_image` (person, none or object) if you like.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the rows with `outcome`, `score` and `rules`.",
)
@click.option("--places", default=None, help="Jurisdictions, such as `gb,eu`; empty: all, the strictest.")
@click.option("--law", default=None, help="Directory with law files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@plain_errors
def try_(prompts: Path, out: Path, as_json: bool, **options: object) -> None:
    """Judge every prompt in a file by the rules in force today, and write down what would happen."""
    columns, rows = _read(prompts)
    tried = _tried(rows, options, quiet=as_json)
    _write(out, columns, rows, tried)
    counts = Counter(one.band for one in tried)
    summary = {"prompts": len(rows)} | {band.value: counts[band] for band in Band}
    if as_json:
        click.echo(json.dumps(summary))
        return
    click.echo(", ".join(f"{name}: {count}" for name, count in summary.items()))


@gate.command(epilog="Example: consentry gate egress --data ./data --guard http://127.0.0.1:8322")
@click.option("--guard", "guards", multiple=True, help="Address of a guard before a generator; repeatable.")
@click.option(
    "--hours", type=click.FloatRange(min=0.02), default=None, help="How far back; else since a guard began."
)
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def egress(guards: tuple[str, ...], hours: float | None, as_json: bool, **options: object) -> None:
    """Tell which share of the calls to generators carried a decision, and what nobody can know."""
    show(counted(settings_from(options), guards, hours).record(), as_json=as_json)


def _read(file: Path) -> tuple[list[str], list[Row]]:
    """The columns and rows of `file`. Raises BadInput that names what is wrong, never what a row says."""
    try:
        reader = csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline=""), strict=True)
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadInput("The file of prompts is not CSV in UTF-8.", param="prompts") from None
    columns = list(reader.fieldnames or ())
    if "text" not in columns:
        raise BadInput("The file of prompts has no column `text`.", param="prompts")
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise BadInput(f"Row {number} has not as many fields as there are columns.", param="prompts")
        _attached(row, number)
    return columns, rows


def _attached(row: Row, number: int) -> Attached:
    """What came with the prompt; a picture of a person unless the row says otherwise."""
    if "input_image" not in row:
        return Attached.PERSON
    try:
        return Attached(row["input_image"].strip().lower())
    except ValueError:
        allowed = ", ".join(Attached)
        raise BadInput(
            f"Row {number}: `input_image` is none of {allowed}.",
            param="input_image",
            next_step="Correct the column, or leave it out: every prompt then comes with a person's picture.",
        ) from None


def _tried(rows: Sequence[Row], options: dict[str, object], *, quiet: bool) -> list[Tried]:
    signals, policy = ask_policy(settings_from(options))
    day = today()
    return [
        attempt(row["text"], _attached(row, number), signals=signals, policy=policy, day=day)
        for number, row in enumerate(_progress(rows, quiet=quiet), 1)
    ]


def _progress(rows: Sequence[Row], *, quiet: bool) -> Iterator[Row]:
    console = Console(stderr=True)
    yield from track(rows, "Judging prompts", console=console, disable=quiet or not console.is_terminal)


def _write(out: Path, columns: Sequence[str], rows: Sequence[Row], tried: Sequence[Tried]) -> None:
    names = [*(column for column in columns if column not in ADDED), *ADDED]
    try:
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            for row, one in zip(rows, tried, strict=True):
                said = {"outcome": one.band.value, "score": f"{one.score:.2f}", "rules": ";".join(one.rules)}
                writer.writerow(row | said)
    except OSError:
        raise BadInput("The result cannot be written there.", param="out") from None
