"""How the log stands in the tables: beyond what every log promises."""

import pytest
import sqlalchemy as sa

from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.store import log
from consentry.store.engine import connect
from consentry.store.tables import log_head, log_leaf, log_node
from consentry.store.upgrade import upgrade
from support.stores import NOON

SALT = bytes(32)


@pytest.fixture
def connection(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    upgrade(url)
    engine = connect(url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def rows_of(connection, table):
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize(("lines", "nodes"), [(0, 0), (1, 1), (2, 3), (3, 4), (4, 7), (8, 15), (9, 16)])
def test_every_complete_part_of_the_tree_is_stored_once(connection, lines, nodes):
    for _ in range(lines):
        log.append(connection, Kind.SYSTEM, NOON, {}, SALT)
    assert rows_of(connection, log_leaf) == log.size(connection) == lines
    assert rows_of(connection, log_node) == nodes


def test_a_line_cannot_take_the_place_of_another(connection):
    """Whatever goes wrong with the count, the database itself refuses a second line 0."""
    log.append(connection, Kind.SYSTEM, NOON, {}, SALT)
    connection.execute(sa.update(log_head).values(size=0))
    with pytest.raises(sa.exc.IntegrityError):
        log.append(connection, Kind.SYSTEM, NOON, {}, SALT)


def test_an_erased_line_keeps_its_commitment(connection):
    log.append(connection, Kind.REPORT, NOON, {"words": "mine"}, SALT)
    before = log.line(connection, 0).entry
    log.erase(connection, 0)
    assert log.line(connection, 0).entry == before
    with pytest.raises(NotFound):
        log.erase(connection, 1)


def test_there_is_one_head_and_it_counts(connection):
    assert [log.count(connection, "changes") for _ in range(3)] == [1, 2, 3]
    assert rows_of(connection, log_head) == 1
