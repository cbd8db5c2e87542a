"""What the queue keeps of a job, and how it is found: beyond what every queue promises."""

import pytest
import sqlalchemy as sa

from consentry.core.ports import Job
from consentry.store import jobs
from consentry.store.engine import connect
from consentry.store.tables import job
from consentry.store.upgrade import upgrade
from support.servers import empty_store
from support.stores import NOON


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def connection(request, tmp_path):
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else empty_store()
    upgrade(url)
    engine = connect(url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def put(connection, number):
    for one in range(number):
        jobs.enqueue(connection, Job("hide", {"copy": "cpy_1"}, f"hide:{one}", NOON))


def row(connection):
    return connection.execute(sa.select(job)).mappings().one()


def test_only_the_class_of_an_error_is_kept(connection):
    put(connection, 1)
    (claimed,) = jobs.claim(connection, NOON, 1, 60, most=9)
    jobs.retry(connection, claimed, NOON, "somebody@mail.example complained", most=9)
    assert row(connection)["trouble"] == "Trouble"
    (claimed,) = jobs.claim(connection, NOON, 1, 60, most=9)
    jobs.retry(connection, claimed, NOON, "still_public", most=9)
    assert row(connection)["trouble"] == "still_public"


def test_a_finished_job_has_no_lease_and_no_trouble(connection):
    put(connection, 1)
    (claimed,) = jobs.claim(connection, NOON, 1, 60, most=9)
    jobs.finish(connection, claimed)
    assert {"state": "done", "lease_until": None, "trouble": "", "token": 1}.items() <= row(
        connection
    ).items()


def test_what_is_due_is_found_by_the_index(connection):
    """A queue with a long past must not become slow."""
    asked = jobs._CHOOSE.params(now=0, count=5, patient=[False])
    text = str(asked.compile(connection, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    else:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {text}").all()
    assert "ix_job_due" in str(plan)


def test_asking_whether_anything_is_due_changes_nothing(connection):
    put(connection, 1)
    assert jobs.any_due(connection, NOON)
    assert not jobs.any_due(connection, NOON.replace(hour=11))
    assert row(connection)["attempts"] == 0
