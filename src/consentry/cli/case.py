"""`consentry case`: what is due, how far each case has come, and how one is refused or put right."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.case import Case, Copy, RefusalGround
from consentry.core.entry import stamp
from consentry.flows.refusal import Told
from consentry.wiring import open_cases

_T = TypeVar("_T")

GROUNDS = {"not-intimate": RefusalGround.NOT_INTIMATE, "not-the-person": RefusalGround.NOT_THE_PERSON}
"""The two grounds of the law, as they are named here."""

_BY = click.option("--by", required=True, help="The member of staff who decides.")
_REASON = click.option("--reason", required=True, help="Why, in words that whoever reported will read.")


def _common(function: Callable[..., _T]) -> Callable[..., _T]:
    """Where cases are kept, and how to answer."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
    url = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
    return click.option("--data", default=None, help="The data directory.")(url(function))


@click.group()
def case() -> None:
    """See what is due, refuse a report on one of the law's two grounds, and answer complaints."""


@case.command(name="list", epilog="Example: consentry case list --data ./data --json")
@click.option("--stopped", is_flag=True, help="Those whose clock has stopped instead.")
@_common
@plain_errors
def list_cases(*, stopped: bool, as_json: bool, **options: object) -> None:
    """List cases, the soonest deadline first; ends with 5 if one is overdue."""
    with open_cases(settings_from(options)) as cases, cases.store.read() as snapshot:
        for found in snapshot.cases(running=not stopped):
            show(_record(found), as_json=as_json)
        pressing = snapshot.pressing()
    show(asdict(pressing), as_json=as_json)
    if pressing.overdue or pressing.complaints_overdue:
        click.echo("Something is overdue. Look at it now.", err=True)
        sys.exit(ExitCode.ALARM)


@case.command(name="show", epilog="Example: consentry case show C-7KQ2-M4XD --data ./data")
@click.argument("case_id")
@_common
@plain_errors
def show_one(*, case_id: str, as_json: bool, **options: object) -> None:
    """Show a case, its clocks, its copies and its refusals. No picture, and nothing the reporter wrote."""
    with open_cases(settings_from(options)) as cases:
        with cases.store.read() as snapshot:
            found, copies = snapshot.case(case_id), snapshot.copies(case_id)
        record = {
            **_record(found),
            "clocks": [
                {"law": one.cite, "due": stamp(one.due), "advisory": one.advisory} for one in found.deadlines
            ],
            "copies": [_copy(copy) for copy in copies],
            "refusals": [_told(told) for told in cases.of(case_id)],
        }
    show(record, as_json=as_json)


@case.command(epilog="Example: consentry case refuse C-7KQ2-M4XD --ground not-intimate --by ada --reason '…'")
@click.argument("case_id")
@click.option("--ground", required=True, type=click.Choice(tuple(GROUNDS)), help="One of the law's two.")
@_REASON
@_BY
@_common
@plain_errors
def refuse(*, case_id: str, ground: str, reason: str, by: str, as_json: bool, **options: object) -> None:
    """Refuse a report. Its clock stops, and what only it had hidden is shown again."""
    with open_cases(settings_from(options)) as cases:
        show(_record(cases.refuse(case_id, GROUNDS[ground], reason, by)), as_json=as_json)


@case.command(epilog="Example: consentry case escalate C-7KQ2-M4XD --by ada --reason '…' --data ./data")
@click.argument("case_id")
@_REASON
@_BY
@_common
@plain_errors
def escalate(*, case_id: str, reason: str, by: str, as_json: bool, **options: object) -> None:
    """Hide what is still public at once, whatever holds it back, and put the reason on record."""
    with open_cases(settings_from(options)) as cases:
        ordered = cases.escalate(case_id, reason, by)
    show({"case": case_id, "hidden_now": ordered}, as_json=as_json)


@case.command(epilog="Example: consentry case complaints --data ./data")
@_common
@plain_errors
def complaints(*, as_json: bool, **options: object) -> None:
    """List complaints about refusals that wait for an answer, the soonest due first."""
    with open_cases(settings_from(options)) as cases, cases.store.read() as snapshot:
        for one in snapshot.complaints():
            due = stamp(one.due) if one.due else None
            record = {"case": one.case, "ground": one.ground.value, "refused_by": one.by, "due": due}
            show(record, as_json=as_json)


@case.command(
    epilog="Example: consentry case answer C-7KQ2-M4XD --upheld --by bea --reason '…' --data ./data"
)
@click.argument("case_id")
@click.option("--upheld/--rejected", default=None, required=True, help="Whether the complaint is right.")
@_REASON
@_BY
@_common
@plain_errors
def answer(*, case_id: str, upheld: bool, reason: str, by: str, as_json: bool, **options: object) -> None:
    """Answer a complaint about a refusal. Who refused cannot."""
    with open_cases(settings_from(options)) as cases:
        show(_record(cases.answer(case_id, reason, by, upheld=upheld)), as_json=as_json)


def _record(found: Case) -> dict[str, object]:
    return {
        "case": found.id,
        "state": found.state.value,
        "received": stamp(found.received),
        "due": stamp(found.due),
        "stopped": stamp(found.stopped) if found.stopped else None,
        "ground": found.ground.value if found.ground else None,
        "person_first": found.caution.value if found.caution.waits else None,
    }


def _copy(copy: Copy) -> dict[str, object]:
    return {
        "copy": copy.id,
        "platform": copy.platform,
        "item": copy.item,
        "found_by": copy.method.value,
        "distance": copy.distance,
        "state": copy.state.value,
        "hidden": stamp(copy.hidden) if copy.hidden else None,
        "gone": stamp(copy.gone) if copy.gone else None,
    }


def _told(told: Told) -> dict[str, object]:
    return {
        "ground": told.ground.value,
        "at": stamp(told.at),
        "reason": told.reason,
        "complained": stamp(told.complained) if told.complained else None,
        "answered": stamp(told.answered) if told.answered else None,
        "upheld": told.upheld,
        "answer": told.answer,
    }
