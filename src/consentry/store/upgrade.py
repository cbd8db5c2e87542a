"""Brings a database to the tables of this version, step by step, and refuses one from the future."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from consentry.core.errors import SetupTrouble
from consentry.store.engine import connect, translated

TURN = 0x636F6E73656E7472
"""The advisory lock ("consentr" in ASCII) that two processes starting at once take in turn."""


def upgrade(url: str) -> None:
    """Bring the database at `url` up to date. Raises SetupTrouble if it is newer than this version."""
    engine = connect(url)
    try:
        upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: sa.Engine) -> None:
    """As `upgrade`, through `engine`. Every step happens in one transaction, or none does."""
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with translated(), engine.begin() as connection:
        if _revision(connection) == newest:
            return
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        config.attributes["connection"] = connection
        _run(config)


def _run(config: Config) -> None:
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise SetupTrouble(
            "The database was made by a newer version of Consentry.",
            next_step="Start the newer version, or restore the backup made before it was installed.",
        ) from None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "consentry.store:migrations")
    return config


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
