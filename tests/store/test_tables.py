"""The tables are the same everywhere, and hold nothing that only one database understands."""

import pytest
import sqlalchemy as sa

from consentry.store.engine import connect
from consentry.store.tables import add, api_key, insert, metadata, put, secret
from consentry.store.upgrade import upgrade
from support.servers import empty_store

PORTABLE = (sa.BigInteger, sa.Integer, sa.Text, sa.Double, sa.LargeBinary, sa.Boolean, sa.JSON)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def connection(request, tmp_path):
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else empty_store()
    upgrade(url)
    engine = connect(url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    "column", [column for table in metadata.sorted_tables for column in table.c], ids=str
)
def test_a_column_is_of_a_kind_that_both_know(column):
    assert type(column.type) in PORTABLE


def test_json_is_never_searched():
    indexed = {
        str(column)
        for table in metadata.sorted_tables
        for index in [*table.indexes, *table.constraints]
        for column in getattr(index, "columns", ())
        if isinstance(column.type, sa.JSON)
    }
    assert not indexed


def test_what_is_put_twice_is_there_once_with_its_newest_value(connection):
    put(connection, secret, {"name": "one", "digest": "a"}, by="name")
    put(connection, secret, {"name": "one", "digest": "b"}, by="name")
    assert connection.execute(sa.select(secret)).all() == [("one", "b")]


def test_what_is_added_twice_is_there_once_with_its_first_value(connection):
    assert add(connection, secret, {"name": "one", "digest": "a"}, by=("name",))
    assert not add(connection, secret, {"name": "one", "digest": "b"}, by=("name",))
    assert connection.execute(sa.select(secret)).all() == [("one", "a")]


def test_a_number_given_out_is_kept_when_a_row_is_replaced(connection):
    row = {"id": "k", "digest": "", "label": "", "scopes": [], "tier": "", "expires": 0, "revoked": False}
    put(connection, api_key, row, by="id")
    before = connection.execute(sa.select(api_key.c.seq)).scalar_one()
    put(connection, api_key, row | {"label": "new"}, by="id")
    assert connection.execute(sa.select(api_key.c.seq, api_key.c.label)).one() == (before, "new")


def test_an_insert_speaks_the_dialect(connection):
    made = insert(connection, secret).values(name="a", digest="b").on_conflict_do_nothing()
    assert "ON CONFLICT DO NOTHING" in str(made.compile(connection))
