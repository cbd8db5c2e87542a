"""`consentry serve` and `consentry work`: the server, and workers beside it."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator

import click
import uvicorn
from starlette.types import ASGIApp

from consentry import wiring
from consentry.cli.common import plain_errors, settings_from, settings_options
from consentry.core.errors import SetupTrouble
from consentry.jobs import every, working
from consentry.web.app import create_app
from consentry.web.public.app import create_report_app

MINUTE = 60.0
"""How often it is looked whether a list wants a sync, in seconds."""

HOUR = 3600.0
"""How often jobs that are long done are forgotten, in seconds."""


@click.command(epilog="Example: consentry serve --data ./data --port 8321 --upstream drawing:")
@settings_options
@plain_errors
def serve(**options: object) -> None:
    """Serve every door over HTTP, until interrupted."""
    settings = settings_from(options)
    quiet_logs()
    with wiring.build(settings) as system, _timed(system), _working(system), _asking(system):
        _server(system).run()


@click.command(epilog="Example: consentry work --data ./data")
@settings_options
@plain_errors
def work(**options: object) -> None:
    """Carry out due jobs beside the server, until interrupted."""
    settings = settings_from(options)
    quiet_logs()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with wiring.build(settings) as system, _timed(system), working(system.store, system.run, 1):
        stop.wait()


@contextlib.contextmanager
def serving(system: wiring.System) -> Iterator[str]:
    """Serve `system` from a thread while the block runs; gives the address. Used by demo and tests."""
    with system, _timed(system), _working(system), _asking(system), _running(_server(system)):
        yield f"http://{system.settings.host}:{system.settings.port}"


@contextlib.contextmanager
def _asking(system: wiring.System) -> Iterator[None]:
    """Serve the report form on its own listener while the block runs, if a port is set for it."""
    settings = system.settings
    if not settings.report_port:
        yield
        return
    app = create_report_app(system)
    listener = _listener(app, settings.report_host, settings.report_port, settings.trusted_proxies)
    with _running(listener) as server:
        if not server.started:
            raise SetupTrouble("The report form cannot listen.", param="report_port")
        yield


@contextlib.contextmanager
def _running(server: uvicorn.Server) -> Iterator[uvicorn.Server]:
    """Run `server` in a thread while the block runs; it has started, or cannot."""
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def _timed(system: wiring.System) -> Iterator[None]:
    """Order what has come due now and then, and forget jobs that are long done, while the block runs."""
    chores: list[tuple[float, Callable[[], object]]] = [(HOUR, system.queue.tidy)]
    if system.sync.exchanges or system.canary.every:
        system.canary.after_start()
        chores += [(MINUTE, system.sync.schedule), (MINUTE, system.canary.schedule)]
    stop = threading.Event()
    threads = [
        threading.Thread(target=every, args=(seconds, do, stop), name="chores") for seconds, do in chores
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def _working(system: wiring.System) -> Iterator[None]:
    """Carry out due jobs in threads while the block runs."""
    with working(system.store, system.run, system.settings.workers):
        yield


def _server(system: wiring.System) -> uvicorn.Server:
    """The server of every door but the report form."""
    settings = system.settings
    return _listener(create_app(system), settings.host, settings.port, settings.trusted_proxies)


def _listener(app: ASGIApp, host: str, port: int, proxies: str) -> uvicorn.Server:
    """A server without an access log, so that nobody's address is written anywhere."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            forwarded_allow_ips=proxies,
            server_header=False,
            log_level="warning",
            timeout_graceful_shutdown=5,
        )
    )


def quiet_logs() -> None:
    """One line an event, with identifiers and causes; no address, no body, no name."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx2", "httpcore2", "alembic", "numba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
