"""Screens of staff: who works here, what each may do, and letting somebody in or out."""

from __future__ import annotations

from fastapi.responses import Response

from consentry.core.errors import BadInput
from consentry.core.staff import ROLES, Member, Permission, Role
from consentry.web.console.asked import Asked, Screen

STAFF = "/console/staff"
"""Where the list of staff is."""


def _list(asked: Asked) -> Response:
    return asked.page("staff.html", everybody=asked.system.staff.everybody(), roles=ROLES, me=asked.member.id)


def _add(asked: Asked) -> Response:
    name = asked.form.get("name", "").strip().lower()
    member, shown = asked.system.staff.add(name, _roles(asked), asked.member.id)
    return _invitation(asked, member, shown)


def _invite(asked: Asked) -> Response:
    return _invitation(asked, *asked.system.staff.invite(asked.named("name"), asked.member.id))


def _invitation(asked: Asked, member: Member, shown: str) -> Response:
    link = f"{asked.system.settings.console_origin}/console/invited#{shown}"
    return asked.page("invitation.html", who=member, link=link, shown=shown)


def _give(asked: Asked) -> Response:
    asked.system.staff.give(asked.named("name"), _roles(asked), asked.member.id)
    return asked.to(STAFF)


def _disable(asked: Asked) -> Response:
    asked.system.staff.disable(asked.named("name"), asked.member.id)
    return asked.to(STAFF)


def _enable(asked: Asked) -> Response:
    asked.system.staff.enable(asked.named("name"), asked.member.id)
    return asked.to(STAFF)


def _end_sessions(asked: Asked) -> Response:
    asked.system.staff.end_sessions(asked.named("name"), asked.member.id)
    return asked.to(STAFF)


def _roles(asked: Asked) -> frozenset[Role]:
    try:
        return frozenset(Role(role) for role in asked.form.get("roles", "").split(",") if role)
    except ValueError:
        raise BadInput("There is no such role.", param="roles") from None


_SEE, _MANAGE = Permission.STAFF_SEE, Permission.STAFF_MANAGE

SCREENS = (
    Screen("GET", "/staff", _SEE, _list, "See who works here and what each may do"),
    Screen("POST", "/staff", _MANAGE, _add, "Add a member and invite them"),
    Screen("POST", "/staff/{name}/invite", _MANAGE, _invite, "Invite a member again"),
    Screen("POST", "/staff/{name}/roles", _MANAGE, _give, "Give a member other roles"),
    Screen("POST", "/staff/{name}/disable", _MANAGE, _disable, "Shut a member out"),
    Screen("POST", "/staff/{name}/enable", _MANAGE, _enable, "Let a member in again"),
    Screen("POST", "/staff/{name}/sessions/end", _MANAGE, _end_sessions, "End a member's sessions"),
)
"""Screens of this file."""
