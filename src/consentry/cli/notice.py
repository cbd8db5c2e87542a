"""`consentry notice`: what authorities asked, by when, what was answered and by whom; and what is held."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.evidence import digest
from consentry.core.filing import Filing
from consentry.wiring import open_notices

_T = TypeVar("_T")


def _common(function: Callable[..., _T]) -> Callable[..., _T]:
    """Where the register is, and how to answer."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
    url = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
    return click.option("--data", default=None, help="The data directory.")(url(function))


_BY = click.option("--by", required=True, help="Who answers for it, by name.")


@click.group(epilog="Start with: consentry notice list")
def notice() -> None:
    """Keep the register of information notices and legal holds."""


@notice.command(epilog="Example: consentry notice add --authority Ofcom --reference X/12 --asked … --due …")
@click.option("--authority", required=True, help="Who asks.")
@click.option("--reference", required=True, help="Their reference.")
@click.option("--asked", required=True, help="What they ask for.")
@click.option("--due", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]), help="UTC.")
@_BY
@_common
@plain_errors
def add(
    *, authority: str, reference: str, asked: str, due: datetime, by: str, as_json: bool, **options: object
) -> None:
    """Write down a notice as it came in."""
    with open_notices(settings_from(options)) as notices:
        found = notices.receive(authority, reference, asked, due.replace(tzinfo=UTC), by)
    show(_record(found), as_json=as_json)


@notice.command(epilog="Example: consentry notice answer ntc_1 --what 'Question 3' --file pack.age --by …")
@click.argument("notice_id")
@click.option("--what", required=True, help="What was answered.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What was sent.")
@_BY
@_common
@plain_errors
def answer(
    *, notice_id: str, what: str, file: Path | None, by: str, as_json: bool, **options: object
) -> None:
    """Add an answer; of what was sent the digest is kept."""
    with open_notices(settings_from(options)) as notices:
        found = notices.answer(notice_id, by, what, digest(file.read_bytes()) if file else "")
    show(_record(found), as_json=as_json)


@notice.command(epilog="Example: consentry notice sign-off ntc_1 --by 'Ada Lovelace'")
@click.argument("notice_id")
@_BY
@_common
@plain_errors
def sign_off(*, notice_id: str, by: str, as_json: bool, **options: object) -> None:
    """Close a notice: a named person says that it was answered."""
    with open_notices(settings_from(options)) as notices:
        show(_record(notices.sign_off(notice_id, by)), as_json=as_json)


@notice.command(epilog="Example: consentry notice hold --about C-7KQ2-M4XD --why 'Order 4/26' --by …")
@click.option("--about", required=True, help="What must be kept: a case, an account, or anything by name.")
@click.option("--why", required=True, help="Who says so, and on what ground.")
@_BY
@_common
@plain_errors
def hold(*, about: str, why: str, by: str, as_json: bool, **options: object) -> None:
    """Write down a legal hold."""
    with open_notices(settings_from(options)) as notices:
        show(_record(notices.hold(about, why, by)), as_json=as_json)


@notice.command(epilog="Example: consentry notice release hld_1 --why 'The order was lifted' --by …")
@click.argument("hold_id")
@click.option("--why", required=True, help="Why it ends.")
@_BY
@_common
@plain_errors
def release(*, hold_id: str, why: str, by: str, as_json: bool, **options: object) -> None:
    """End a legal hold."""
    with open_notices(settings_from(options)) as notices:
        show(_record(notices.release(hold_id, by, why)), as_json=as_json)


@notice.command(name="list", epilog="Example: consentry notice list --json")
@_common
@plain_errors
def list_(*, as_json: bool, **options: object) -> None:
    """List notices and holds. Ends with 5 if a notice is due and not signed off."""
    with open_notices(settings_from(options)) as notices:
        late = {one.id for one in notices.overdue()}
        for several in notices.every():
            for found in several:
                show({**_record(found), "overdue": found.id in late}, as_json=as_json)
    if late:
        sys.exit(ExitCode.ALARM)


def _record(filing: Filing) -> dict[str, object]:
    texts = {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in filing.record.items()
        if name != "event"
    }
    return {"id": filing.id, "kind": filing.kind.value, **texts, "line": filing.line}
