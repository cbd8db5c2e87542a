"""What this service may say in public about its safeguards: read from what runs now, never written by hand.

A service once announced a limit that held on one route and not on the next. So nothing here is a text
that somebody has to keep true: the routes are those of the register, with what the last canary found; the
rules are those in force today, in the words that a refusal would use.
"""

from __future__ import annotations

from collections.abc import Mapping

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from consentry.core.content import Stage
from consentry.core.policy import Outcome
from consentry.flows.judge import Judge
from consentry.web import pages
from consentry.web.describe import Schema, flag, gives, several, text, thing
from consentry.wiring import System

NEVER_OFF = frozenset({"floor"})
"""Whose rules no setting, file, place, tier or operator can take away."""

RULE = thing(
    {
        "rule": text("Its name, as decisions quote it."),
        "outcome": text("`label`, `hold` or `refuse`.", examples=["refuse"]),
        "says": text("What it says to whom it concerns."),
        "cite": text("The provision it serves."),
        "always": flag("Whether nobody can switch it off."),
    }
)
ROUTE = thing(
    {
        "route": text("Its name."),
        "state": text("`open` or `stopped`."),
        "tried": text("What the last canary found: `guarded`, `unguarded`, `unreached` or `never`."),
        "checked": {"type": ["string", "null"], "description": "When that was (UTC); null if never."},
    }
)
ANSWER: dict[int | str, Schema] = {
    200: gives(
        "What holds now.",
        thing(
            {
                "day": text("The day whose law is applied (UTC)."),
                "places": several("Places that are served; empty: all that are known.", text("A code.")),
                "routes": several("Every registered way to have an image made.", ROUTE),
                "all_guarded": flag("Whether the last try of every open route found it guarded."),
                "outputs_looked_at": flag("Whether something looks at outputs; if not, all are held."),
                "policies": thing(
                    {}, description="The version of the rules by stage.", additionalProperties=text("Digest.")
                ),
                "rules": thing(
                    {}, description="Rules in force, by stage.", additionalProperties=several("Rules.", RULE)
                ),
            }
        ),
    )
}


def router(system: System) -> APIRouter:
    """What holds now, for programs and for people."""
    routes = APIRouter()

    @routes.get("/v1/gate/live", tags=["gate"], summary="What safeguards hold now", responses=ANSWER)
    async def live() -> Response:
        """Routes with what the last canary found, and the rules in force, from what runs. No key."""
        return JSONResponse(await anyio.to_thread.run_sync(holding, system))

    @routes.get("/live", include_in_schema=False)
    async def page() -> Response:
        return pages.page("live.html", holding=await anyio.to_thread.run_sync(holding, system))

    return routes


def holding(system: System) -> Mapping[str, object]:
    """Everything that may be claimed, from the register and the policies that decide."""
    judges = {Stage.ASK: system.ask, Stage.ANSWER: system.answer, Stage.UPLOAD: system.upload}
    routes = [
        {
            "route": route.name,
            "state": "open" if route.open else "stopped",
            "tried": route.tried.value,
            "checked": route.checked.isoformat() if route.checked else None,
        }
        for route in system.passage.routes()
    ]
    return {
        "day": system.answer.clock.now().date().isoformat(),
        "places": sorted(system.settings.place_codes),
        "routes": routes,
        "all_guarded": all(one["tried"] == "guarded" for one in routes if one["state"] == "open"),
        "outputs_looked_at": bool(system.answer.first),
        "policies": {stage.value: judge.policy("").version for stage, judge in judges.items()},
        "rules": {stage.value: _rules(judge) for stage, judge in judges.items()},
    }


def _rules(judge: Judge) -> list[Mapping[str, object]]:
    """What the judge applies today where nobody says where they are; gravest first."""
    today = judge.clock.now().date()
    rules = [rule for rule in judge.policy("").rules if rule.provision.in_force(today)]
    return [
        {
            "rule": rule.id,
            "outcome": rule.outcome.name.lower(),
            "says": rule.says,
            "cite": rule.provision.cite,
            "always": rule.provision.jurisdiction in NEVER_OFF,
        }
        for rule in sorted(rules, key=lambda rule: (-rule.outcome, rule.id))
        if rule.outcome is not Outcome.ALLOW
    ]
