"""`consentry guard`: a small proxy before a generator, which serves nothing without a permit."""

from __future__ import annotations

from pathlib import Path

import click
import uvicorn

from consentry.cli.common import plain_errors
from consentry.core.errors import SetupTrouble
from consentry.guard import PermitGuard, UsesInFolder
from consentry.guard.middleware import MAX_BODY
from consentry.guard.proxy import AT_ONCE, OWN, Proxy


@click.command(
    epilog="Example: consentry guard --upstream http://127.0.0.1:9000 --key 'gate.example/permit+1f…+AX…'"
)
@click.option("--upstream", required=True, help="Address of the generator, which nobody else may reach.")
@click.option(
    "--key", "keys", required=True, multiple=True, help="The gate's key (`consentry key permit`); repeatable."
)
@click.option("--generator", default="generator", show_default=True, help="Its name, as permits call it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8322, show_default=True, help="Port to listen on.")
@click.option("--max-body-mb", default=MAX_BODY // 2**20, show_default=True, help="Longest request in MiB.")
@click.option("--at-once", default=AT_ONCE, show_default=True, help="Calls passed on at the same time.")
@click.option("--seconds", default=300.0, show_default=True, help="Longest silence of the generator.")
@click.option(
    "--memory",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for used permits, in common for several guards before one generator.",
)
@plain_errors
def guard(  # noqa: PLR0913, PLR0917 - one argument an option, as click calls it
    upstream: str,
    keys: tuple[str, ...],
    generator: str,
    host: str,
    port: int,
    max_body_mb: int,
    at_once: int,
    seconds: float,
    memory: Path | None,
) -> None:
    """Stand before a generator: whatever comes without a permit of the gate gets 403."""
    proxy = Proxy(upstream, seconds, at_once)
    app = PermitGuard(
        proxy,
        keys,
        generator=generator,
        uses=UsesInFolder(_made(memory)) if memory else None,
        max_body=max_body_mb * 2**20,
        open_paths=OWN,
    )
    proxy.gatekeeper = app.gatekeeper
    uvicorn.Server(
        uvicorn.Config(
            app, host=host, port=port, access_log=False, server_header=False, log_level="warning", ws="none"
        )
    ).run()


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise SetupTrouble("The folder for used permits cannot be made.", param="memory") from None
    return folder
