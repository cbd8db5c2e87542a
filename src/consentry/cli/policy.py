"""`consentry policy`: what another policy would have done to what was really decided."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from
from consentry.core.errors import BadInput
from consentry.core.rehearsal import EXAMPLES, KINDS, digest
from consentry.flows.rehearse import Plan, Rehearse, Rehearsed
from consentry.wiring import open_rehearsal, today

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(epilog="Start with: consentry policy rehearse --day 2026-12-02")
def policy() -> None:
    """Try a policy on past decisions before it is in force."""


@policy.command(epilog="Example: consentry policy rehearse ./my-rules --threshold person=0.6 --json")
@click.argument("new", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--day", type=_DAY, help="Whose law is applied; else today's.")
@click.option("--since", type=_DAY, help="The first day whose decisions are replayed; else all.")
@click.option("--until", type=_DAY, help="The last; else all.")
@click.option(
    "--threshold", "thresholds", multiple=True, help="MEASURE=SCORE, or RULE:MEASURE=SCORE for one."
)
@click.option("--group", default="tier", show_default=True, help="What groups are told apart by.")
@click.option("--examples", default=EXAMPLES, show_default=True, help="Decisions named for each change.")
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--law", default=None, help="Law files in force besides ours; NEW takes their place.")
@click.option("--places", default=None, help="Places you serve, as for the server; else all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def rehearse(  # noqa: PLR0913 - one option for each thing that can be varied
    *,
    new: Path | None,
    day: datetime | None,
    since: datetime | None,
    until: datetime | None,
    thresholds: Sequence[str],
    group: str,
    examples: int,
    as_json: bool,
    **options: object,
) -> None:
    """Decide every past decision again under the law files in NEW, and count what would change.

    Without NEW it is the policy in force, on another day or with other thresholds. Decisions are named
    by their ids. Ends with 5 if a record does not open its line in the log: somebody changed the database.
    """
    settings = settings_from(options)
    plan = Plan(
        day=day.date() if day else today(),
        first=since.date() if since else date.min,
        last=until.date() if until else date.max,
        group=group,
        examples=examples,
        configured=settings.place_codes,
    )
    with open_rehearsal(settings, new, [_threshold(text) for text in thresholds]) as rehearsal:
        done = _shown(rehearsal, plan)
    record = {"day": str(plan.day), "group": group, **done.tally.record(), "erased": done.erased}
    record |= {"altered": list(done.altered)}
    record["digest"] = digest(record)
    click.echo(json.dumps(record) if as_json else "\n".join(_lines(record)))
    if done.altered:
        sys.exit(ExitCode.ALARM)


def _shown(rehearsal: Rehearse, plan: Plan) -> Rehearsed:
    """The rehearsal, with a bar on the error stream."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=rehearsal.store.size())
        return rehearsal(plan, lambda read: bar.update(task, completed=read))


def _threshold(text: str) -> tuple[str, str, float]:
    name, _, score = text.rpartition("=")
    rule, _, measure = name.rpartition(":")
    try:
        return rule, measure, float(score)
    except ValueError:
        raise BadInput(
            "A threshold is written MEASURE=SCORE or RULE:MEASURE=SCORE.", param="threshold"
        ) from None


def _lines(record: Mapping[str, object]) -> Iterator[str]:
    yield "{decisions} decisions replayed under the law of {day}: {changed} would change".format(**record)
    yield "{graver} graver, {milder} milder; {changed_unseen} of them for want of a look".format(**record)
    for row in _rows(record["outcomes"]):
        yield f"  {row['was']} to {row['now']}: {row['decisions']} {_named(row['examples'])}".rstrip()
    for kind in KINDS:
        title = str(record["group"]) if kind == "group" else kind
        yield f"by {title}"
        for row in _rows(record[f"by_{kind}"]):
            changes = ", ".join(f"{step}: {count}" for step, count in _pairs(row["changes"]))
            yield f"  {row[kind]}: {row['changed']} of {row['decisions']}{f' ({changes})' if changes else ''}"
    for rule, count in _pairs(record["shadow"]):
        yield f"in shadow then: {rule} {count}"
    if record["erased"]:
        yield f"left out, because they are erased: {record['erased']}"
    if record["altered"]:
        yield f"NOT AS WRITTEN: lines {record['altered']}"
    yield f"digest {record['digest']}"


def _named(examples: object) -> str:
    return f"(such as {', '.join(map(str, examples))})" if isinstance(examples, list) and examples else ""


def _rows(value: object) -> list[Mapping[str, object]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _pairs(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []
