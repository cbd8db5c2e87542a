"""`consentry user`: who may use the console, invited and shut out from the machine it runs on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.config import Settings
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.staff import INVITED, Member, Role
from consentry.flows.staff import Staff
from consentry.wiring import open_staff


@click.group()
def user() -> None:
    """Invite, list, change and disable those who use the console."""


_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_URL = click.option("--console-url", default=None, help="Where staff find the console: `https://HOST`.")
_PORT = click.option("--port", default=None, type=int, help="The server's port, if there is no such address.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_ROLES = click.option("--roles", default="", help=f"With commas between: {', '.join(sorted(Role))}.")


@user.command(epilog="Example: consentry user add ada --data ./data --roles operator")
@click.argument("name")
@_ROLES
@_DATA
@_DATABASE
@_URL
@_PORT
@_JSON
@plain_errors
def add(name: str, roles: str, as_json: bool, **options: object) -> None:
    """Add somebody, and show the link that opens their account once."""
    settings = settings_from(options)
    with _staff(settings) as staff:
        member, shown = staff.add(name, _roles(roles))
    show({**_record(member), **_invitation(settings, shown)}, as_json=as_json)


@user.command(epilog="Example: consentry user invite ada --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_URL
@_PORT
@_JSON
@plain_errors
def invite(name: str, as_json: bool, **options: object) -> None:
    """Show a new link for somebody who lost their passkey, in place of any before."""
    settings = settings_from(options)
    with _staff(settings) as staff:
        _, shown = staff.invite(name)
    show(_invitation(settings, shown), as_json=as_json)


@user.command(name="list", epilog="Example: consentry user list --data ./data --json")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def list_users(as_json: bool, **options: object) -> None:
    """List everybody, with how many passkeys and sessions they have."""
    with _staff(settings_from(options)) as staff:
        for member, passkeys, sessions in staff.everybody():
            show({**_record(member), "passkeys": passkeys, "sessions": sessions}, as_json=as_json)


@user.command(epilog="Example: consentry user role ada --data ./data --roles senior,compliance")
@click.argument("name")
@_ROLES
@_DATA
@_DATABASE
@_JSON
@plain_errors
def role(name: str, roles: str, as_json: bool, **options: object) -> None:
    """Give somebody these roles in place of those they have; it counts at once."""
    with _staff(settings_from(options)) as staff:
        member = staff.give(name, _roles(roles))
    show(_record(member), as_json=as_json)


@user.command(epilog="Example: consentry user disable ada --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def disable(name: str, as_json: bool, **options: object) -> None:
    """Shut somebody out at once: their sessions and invitations end."""
    with _staff(settings_from(options)) as staff:
        member = staff.disable(name)
    show(_record(member), as_json=as_json)


@user.command(epilog="Example: consentry user enable ada --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def enable(name: str, as_json: bool, **options: object) -> None:
    """Let somebody in again, with the passkeys and roles they had."""
    with _staff(settings_from(options)) as staff:
        member = staff.enable(name)
    show(_record(member), as_json=as_json)


@user.command(epilog="Example: consentry user sessions ada --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def sessions(name: str, as_json: bool, **options: object) -> None:
    """List where somebody is signed in."""
    with _staff(settings_from(options)) as staff:
        for one in staff.sessions(name):
            record: dict[str, object] = {
                "id": one.id,
                "way": one.way.value,
                "begun": stamp(one.begun),
                "seen": stamp(one.seen),
            }
            show(record, as_json=as_json)


@user.command(epilog="Example: consentry user revoke ada --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def revoke(name: str, as_json: bool, **options: object) -> None:
    """End every session of somebody, at once."""
    with _staff(settings_from(options)) as staff:
        ended = staff.end_sessions(name)
    show({"name": name, "ended": ended}, as_json=as_json)


def _record(member: Member) -> dict[str, object]:
    return {
        "name": member.name,
        "id": member.id,
        "roles": sorted(one.value for one in member.roles),
        "active": member.active,
    }


def _invitation(settings: Settings, shown: str) -> Mapping[str, object]:
    link = f"{settings.console_origin}/console/invited#{shown}"
    return {"link": link, "hours": int(INVITED.total_seconds()) // 3600}


def _roles(text: str) -> frozenset[Role]:
    """The roles in a list with commas between. Raises BadInput."""
    names = {name.strip().replace("-", "_") for name in text.split(",") if name.strip()}
    if unknown := names - set(Role):
        known = ", ".join(sorted(Role))
        raise BadInput(f"There is no role `{min(unknown)}`.", param="roles", next_step=f"Roles are {known}.")
    return frozenset(map(Role, names))


@contextlib.contextmanager
def _staff(settings: Settings) -> Iterator[Staff]:
    staff = open_staff(settings)
    try:
        yield staff
    finally:
        staff.store.close()
