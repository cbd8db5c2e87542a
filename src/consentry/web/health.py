"""Whether it works, for load balancers and operators: /healthz and /metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from consentry.core.errors import Trouble
from consentry.web.describe import Schema, flag, gives, text, thing
from consentry.wiring import System

HEALTH = thing(
    {
        "ok": flag("Whether every part works."),
        "degraded": flag("Whether it works and somebody must look at it, at a route above all."),
        "parts": thing(
            {}, description="Each part by name.", additionalProperties=text("`ok`, or its trouble.")
        ),
    }
)
"""What a health check is told."""

ANSWERS: dict[int | str, Schema] = {
    200: gives("Everything works.", HEALTH),
    503: gives("Something does not.", HEALTH),
}
FIGURES: dict[int | str, Schema] = {200: gives("Prometheus' text format.", text("Figures."), "text/plain")}


def router(system: System) -> APIRouter:
    """Health and metrics."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz", summary="Whether every part works", responses=ANSWERS)
    async def healthz() -> Response:
        """200 if everything works, 503 if something does not. A route in alarm degrades; it stops nobody."""
        found = await anyio.to_thread.run_sync(parts, system.checks)
        alarms = await anyio.to_thread.run_sync(parts, {"routes": system.passage.check})
        well, calm = (all(state == "ok" for state in part.values()) for part in (found, alarms))
        answer = {"ok": well, "degraded": not calm, "parts": {**found, **alarms}}
        return JSONResponse(answer, 200 if well else 503)

    @routes.get(
        "/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse, responses=FIGURES
    )
    async def metrics() -> Response:
        """Counts and gauges; no label names a person."""
        await anyio.to_thread.run_sync(system.figures.refresh, system.store)
        return Response(generate_latest(system.figures.registry), media_type=CONTENT_TYPE_LATEST)

    return routes


def parts(checks: Mapping[str, Callable[[], None]]) -> dict[str, str]:
    """Every part that can fail, with `ok` or the code of its trouble."""
    return {name: _state(check) for name, check in checks.items()}


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except Trouble as trouble:
        return trouble.code
    except Exception:  # noqa: BLE001 - whatever it is, this part does not work, and the others are still named
        return Trouble.code
    return "ok"
