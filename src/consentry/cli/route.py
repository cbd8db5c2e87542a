"""`consentry route`: every way in, who answers for it, and the switch that closes it."""

from __future__ import annotations

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.breaker import Ability
from consentry.core.entry import stamp
from consentry.core.route import Route
from consentry.wiring import open_passage

_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def route() -> None:
    """Keep the register of routes, and stop and start them."""


@route.command(name="list", epilog="Example: consentry route list --data ./data")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def list_routes(as_json: bool, **options: object) -> None:
    """List every route with its owner and what came of the last try."""
    with open_passage(settings_from(options)) as passage:
        for found in passage.routes():
            show(_record(found), as_json=as_json)


@route.command(epilog="Example: consentry route add app-ios --entry 'edit button' --owner mobile")
@click.argument("name")
@click.option("--entry", required=True, help="What leads in there: an address, a button, a bot.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--probe", default="", help="An address that a canary can try as a user would.")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def add(name: str, entry: str, owner: str, probe: str, as_json: bool, **options: object) -> None:
    """Register a way to the generator outside this server: an app, a website, a bot."""
    with open_passage(settings_from(options)) as passage:
        show(_record(passage.add(name, entry, owner, probe)), as_json=as_json)


@route.command(epilog="Example: consentry route stop images.edits --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def stop(name: str, as_json: bool, **options: object) -> None:
    """Close a route at once, on every replica: callers get 503 `route_stopped`."""
    with open_passage(settings_from(options)) as passage:
        show(_record(passage.switch(name, on=False)), as_json=as_json)


@route.command(epilog="Example: consentry route start images.edits --data ./data")
@click.argument("name")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def start(name: str, as_json: bool, **options: object) -> None:
    """Open a route again."""
    with open_passage(settings_from(options)) as passage:
        show(_record(passage.switch(name, on=True)), as_json=as_json)


@route.command(epilog="Example: consentry route resume edit --data ./data")
@click.argument("capability", type=click.Choice([one.value for one in Ability]))
@_DATA
@_DATABASE
@_JSON
@plain_errors
def resume(capability: str, as_json: bool, **options: object) -> None:
    """Go on with a capability that a breaker has paused."""
    with open_passage(settings_from(options)) as passage:
        breaker = passage.resume(Ability(capability))
    show({"capability": capability, "why": breaker.why}, as_json=as_json)


def _record(found: Route) -> dict[str, object]:
    return {
        "route": found.name,
        "entry": found.entry,
        "owner": found.owner,
        "since": stamp(found.since),
        "state": "on" if found.open else "stopped",
        "tried": found.tried.value,
        "checked": stamp(found.checked) if found.checked else None,
        "decision": found.decision,
    }
