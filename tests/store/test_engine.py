"""A connection is what we promise of it, and its address is checked before anything is tried."""

import pytest

from consentry.core.errors import SetupTrouble
from consentry.store.engine import connect, reader
from support.servers import empty_store


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://host/name",
        "http://x",
        "postgresql://h:port/x",
    ],
)
def test_an_address_we_cannot_use_is_named_as_the_trouble(url):
    with pytest.raises(SetupTrouble) as caught:
        connect(url)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(SetupTrouble) as caught:
        connect("mysql://shop:open-sesame@host/name")
    assert "sesame" not in str(caught.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SetupTrouble, match=r"store\.db"):
        connect(f"sqlite:///{tmp_path}/missing/store.db")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 0),
        ("busy_timeout", 10_000),
    ],
)
def test_sqlite_is_set_up_for_safety(tmp_path, pragma, value):
    engine = connect(f"sqlite:///{tmp_path}/store.db")
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("lock_timeout", "10s"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("TimeZone", "UTC"),
    ],
)
def test_postgres_waits_for_nobody_forever(setting, value):
    engine = connect(empty_store())
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == value
    engine.dispose()


@pytest.mark.postgres
def test_a_reader_cannot_write_by_mistake():
    engine = connect(empty_store())
    with reader(engine).connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"
    engine.dispose()
