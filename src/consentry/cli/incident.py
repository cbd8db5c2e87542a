"""`consentry incident`: what got through, and whether it would again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.incident import Incident, Source
from consentry.flows.incident import PICTURES, Again, Outcome
from consentry.wiring import open_incidents

_T = TypeVar("_T")

_WORDS = click.option(
    "--words",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="A file with the words that got through, or `-`. They are kept encrypted, and can be erased.",
)
_PICTURE = click.option(
    "--picture",
    type=click.Choice(PICTURES),
    default="person",
    show_default=True,
    help="What came with them: a picture of a person, of something else, or none.",
)


def _common(function: Callable[..., _T]) -> Callable[..., _T]:
    """Where incidents are kept, and how to answer."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
    url = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
    return click.option("--data", default=None, help="The data directory.")(url(function))


@click.group()
def incident() -> None:
    """Write down what got through, and try it again with every change."""


@incident.command(epilog="Example: consentry incident add --source report --words case.txt")
@click.option(
    "--source", required=True, type=click.Choice([one.value for one in Source]), help="Who told us."
)
@click.option("--route", default="", help="The registered route where it came through.")
@click.option("--decision", default="", help="The decision that was wrong.")
@click.option(
    "--seen", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]), help="When it was first seen, UTC."
)
@_WORDS
@_PICTURE
@_common
@plain_errors
def add(  # noqa: PLR0913 - one option for each thing that is known of an incident
    *,
    source: str,
    route: str,
    decision: str,
    seen: datetime | None,
    words: Path | None,
    picture: str,
    as_json: bool,
    **options: object,
) -> None:
    """Write down an incident. With `--words` it is a regression case from now on."""
    first = seen.replace(tzinfo=UTC) if seen else None
    with open_incidents(settings_from(options)) as incidents:
        found = incidents.add(
            Source(source),
            route=route,
            decision=decision,
            seen=first,
            words=_read(words) if words else "",
            picture=picture,
        )
    show(_record(found), as_json=as_json)


@incident.command(name="list", epilog="Example: consentry incident list --data ./data --json")
@_common
@plain_errors
def list_incidents(*, as_json: bool, **options: object) -> None:
    """List every incident with its three times."""
    with open_incidents(settings_from(options)) as incidents:
        for found in incidents.all():
            show(_record(found), as_json=as_json)


@incident.command(name="show", epilog="Example: consentry incident show inc_4kq… --data ./data")
@click.argument("incident_id")
@_common
@plain_errors
def show_one(*, incident_id: str, as_json: bool, **options: object) -> None:
    """Show one incident; its words are never printed."""
    with open_incidents(settings_from(options)) as incidents:
        show(_record(incidents.one(incident_id)), as_json=as_json)


@incident.command(epilog="Example: consentry incident mitigate inc_4kq… --data ./data")
@click.argument("incident_id")
@_common
@plain_errors
def mitigate(*, incident_id: str, as_json: bool, **options: object) -> None:
    """Note that it is stopped; refused while its case would get through and its route is open."""
    with open_incidents(settings_from(options)) as incidents:
        show(_record(incidents.mitigate(incident_id)), as_json=as_json)


@incident.command(name="test-added", epilog="Example: consentry incident test-added inc_4kq… --words c.txt")
@click.argument("incident_id")
@_WORDS
@_PICTURE
@_common
@plain_errors
def test_added(
    *, incident_id: str, words: Path | None, picture: str, as_json: bool, **options: object
) -> None:
    """Give an incident that was written down without words its regression case."""
    if words is None:
        raise BadInput("A case has words.", param="words", next_step="Name a file of them with `--words`.")
    with open_incidents(settings_from(options)) as incidents:
        show(_record(incidents.give(incident_id, _read(words), picture)), as_json=as_json)


@incident.command(epilog="Example: consentry incident erase inc_4kq… --data ./data")
@click.argument("incident_id")
@_common
@plain_errors
def erase(*, incident_id: str, as_json: bool, **options: object) -> None:
    """Destroy the words of a case for good; the incident and its times stay."""
    with open_incidents(settings_from(options)) as incidents:
        show(_record(incidents.erase(incident_id)), as_json=as_json)


@incident.command(epilog="Example: consentry incident replay --data ./data")
@_common
@plain_errors
def replay(*, as_json: bool, **options: object) -> None:
    """Try every case against the rules in force now, and end with 5 unless all are refused."""
    with open_incidents(settings_from(options)) as incidents:
        found = incidents.replay()
    for one in found:
        show(_again(one), as_json=as_json)
    through = sum(one.outcome in {Outcome.PASSED, Outcome.HELD} for one in found)
    if through:
        click.echo(f"{through} of {len(found)} would not be refused. Look at them now.", err=True)
        sys.exit(ExitCode.ALARM)


def _read(file: Path) -> str:
    """The words in `file`. Raises BadInput, which never says what is in it."""
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            return str(stream.read())
    except (OSError, UnicodeDecodeError):
        raise BadInput("The words are not a readable file in UTF-8.", param="words") from None


def _again(one: Again) -> dict[str, object]:
    return {"incident": one.incident.id, "outcome": one.outcome.value, "rules": list(one.rules)}


def _record(found: Incident) -> dict[str, object]:
    fixed = found.time_to_fix
    return {
        "incident": found.id,
        "source": found.source.value,
        "route": found.route,
        "decision": found.decision,
        "first_seen": stamp(found.seen),
        "mitigated": stamp(found.mitigated) if found.mitigated else None,
        "test_added": stamp(found.tested) if found.tested else None,
        "seconds_to_fix": int(fixed.total_seconds()) if fixed is not None else None,
        "case": bool(found.words),
    }
