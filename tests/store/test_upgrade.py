"""A database is brought up to date step by step, once, and one from the future is refused."""

import threading

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from consentry.core.errors import SafetyUnavailable, SetupTrouble
from consentry.core.review import ReviewState
from consentry.store.engine import connect
from consentry.store.sql import open_store
from consentry.store.tables import metadata
from consentry.store.upgrade import _config, upgrade
from support.servers import drop_database, new_database
from support.stores import CountingIds, HandClock, appended


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    fresh = new_database()
    yield fresh
    drop_database(fresh)


def described(engine):
    """Everything a database says of its tables, in an order of our own."""
    look = sa.inspect(engine)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in look.get_columns(table)
            ],
            "key": look.get_pk_constraint(table),
            "unique": sorted(look.get_unique_constraints(table), key=lambda one: str(one["name"])),
            "foreign": look.get_foreign_keys(table),
            "indexes": sorted(plain(one) for one in look.get_indexes(table)),
        }
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def plain(index):
    """An index in words; a condition is told by what it says, not by which object says it."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str(index | {"dialect_options": options})


def test_the_steps_lead_to_the_tables_the_code_knows(url):
    upgrade(url)
    engine = connect(url)
    with engine.connect() as connection:
        drift = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
    stepped = described(engine)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    at_once = described(engine)
    engine.dispose()
    assert drift == []
    assert stepped == at_once
    assert set(stepped) == set(metadata.tables)


def test_what_is_there_stays_when_it_is_brought_up_to_date_again(url):
    store = open_store(url, HandClock(), CountingIds())
    appended(store, {})
    store.close()
    upgrade(url)
    upgrade(url)
    store = open_store(url, HandClock(), CountingIds())
    assert store.size() == 1
    store.close()


def test_a_database_from_the_future_is_refused_and_left_alone(url):
    upgrade(url)
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for attempt in (lambda: upgrade(url), lambda: open_store(url, HandClock(), CountingIds())):
        with pytest.raises(SetupTrouble, match="newer version"):
            attempt()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
    engine.dispose()


def test_several_processes_may_start_at_once(url):
    failed = []

    def start():
        try:
            open_store(url, HandClock(), CountingIds()).close()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a thread fails the test
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_step_that_fails_leaves_no_half(url):
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE secret (in_the_way INTEGER)")
    with pytest.raises(SafetyUnavailable):
        upgrade(url)
    assert sa.inspect(engine).get_table_names() == ["secret"]
    engine.dispose()


def test_looks_that_were_waiting_already_become_patient(url):
    engine = connect(url)
    config = _config()
    kinds = ("hide", "learn", "look", "seek")
    row = (
        "INSERT INTO job (kind, payload, dedup, run_at, state, token, attempts, trouble)"
        " VALUES (:kind, '{}', :kind, 0, 'ready', 0, 0, '')"
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.execute(sa.text(row), [{"kind": kind} for kind in kinds])
    upgrade(url)
    with engine.connect() as connection:
        marked = (
            connection.execute(sa.text("SELECT kind FROM job WHERE patient ORDER BY kind")).scalars().all()
        )
    engine.dispose()
    assert marked == ["look", "seek"]


def test_cases_that_nobody_has_ended_wait_for_a_person(url):
    engine = connect(url)
    config = _config()
    row = (
        "INSERT INTO case_ (id, state, received, due, deadlines, version, papers)"
        " VALUES (:state, :state, 7, 9, '[]', 0, '')"
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        states = ("open", "hidden", "removed", "escalated", "refused", "withdrawn", "secured")
        connection.execute(sa.text(row), [{"state": state} for state in states])
    engine.dispose()
    store = open_store(url, HandClock(), CountingIds())
    with store.read() as view:
        waiting = [(one.case, one.severity) for one in view.reviews(ReviewState.WAITING, 9)]
    store.close()
    assert waiting == [("escalated", 3), ("hidden", 1), ("open", 1), ("removed", 1)]
