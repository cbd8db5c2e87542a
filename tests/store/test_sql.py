"""The store keeps what every store promises, on SQLite and on PostgreSQL, and says so when it cannot."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Conflict, SafetyUnavailable
from consentry.store.engine import connect
from consentry.store.envelope import WrappedKey
from consentry.store.sql import SqlStore, open_store
from contracts.store import StoreContract
from support.limits import no_room
from support.servers import drop_database, empty_store, new_database
from support.stores import MOST, CountingIds, HandClock, World, a_case, appended, enqueued

SECRET = "somebody's own words"


class TestSqlite(StoreContract):
    @pytest.fixture
    def world(self, tmp_path):
        clock = HandClock()
        store = open_store(f"sqlite:///{tmp_path}/store.db", clock, CountingIds(), MOST)
        yield World(store, clock.pass_)
        store.close()


@pytest.mark.postgres
class TestPostgres(StoreContract):
    @pytest.fixture
    def world(self):
        store = open_store(empty_store(), HandClock(), CountingIds(), MOST)
        yield World(store, time.sleep)
        store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    return f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else empty_store()


@pytest.fixture
def store(url):
    opened = open_store(url, HandClock(), CountingIds())
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/store.db", HandClock(), CountingIds())
    yield opened
    opened.close()


def test_everything_is_still_there_after_closing(url):
    first = open_store(url, HandClock(), CountingIds())
    with first.begin() as tx:
        tx.add_case(a_case())
        tx.append(Kind.CASE, {"event": "opened"})
    root = first.root(1)
    first.close()
    second = open_store(url, HandClock(), CountingIds())
    assert (second.size(), second.root(1)) == (1, root)
    with second.read() as view:
        assert view.case("C-0001") == a_case()
    second.close()


def test_a_reader_sees_one_moment_while_others_write(store):
    with store.read() as view:
        assert view.cases(running=True) == []
        thread = threading.Thread(target=lambda: add_case(store))
        thread.start()
        thread.join(timeout=10)
        assert not thread.is_alive()
        assert view.cases(running=True) == []
    with store.read() as view:
        assert view.cases(running=True) == [a_case()]


def add_case(store):
    with store.begin() as tx:
        tx.add_case(a_case())


def test_two_processes_write_one_log(url):
    """Two stores on one database have nothing in common but the database, like two processes."""
    stores = [open_store(url, HandClock(), CountingIds()) for _ in range(2)]
    threads = [
        threading.Thread(target=lambda own=own: [appended(own, {}) for _ in range(15)])
        for own in stores
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [own.size() for own in stores] == [60, 60]
    assert stores[0].root(60) == stores[1].root(60)
    for own in stores:
        own.close()


def test_a_queue_without_work_takes_no_lock(store):
    enqueued(store, "later", ago=-60)
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with store.begin():
            holding.set()
            release.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(10)
    try:
        assert store.claim(1, 60) == ()
    finally:
        release.set()
        thread.join()


@pytest.mark.postgres
def test_time_comes_from_the_server_and_not_from_a_worker():
    store = open_store(empty_store(), HandClock(), CountingIds())
    with store.begin() as tx:
        first, second = tx.now(), tx.now()
    assert abs(first.timestamp() - time.time()) < 60
    assert first < second
    assert first.utcoffset().total_seconds() == 0
    store.close()


def test_an_error_of_the_database_gives_nothing_away(url, store):
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE secret")
    engine.dispose()
    try:
        with pytest.raises(SafetyUnavailable) as caught, store.begin() as tx:
            tx.put_secret(SECRET, SECRET)
        assert all(word not in everything_in(caught.value) for word in (SECRET, "INSERT", "relation"))
    finally:
        restore_secret(url)


def test_a_value_twice_is_not_repeated(store):
    store.keep_key(SECRET, WrappedKey("evidence", "ab", b"wrapped"))
    with pytest.raises(Conflict) as caught:
        store.keep_key(SECRET, WrappedKey("evidence", "ab", b"wrapped"))
    assert SECRET not in everything_in(caught.value)


@pytest.mark.postgres
def test_what_a_server_cannot_keep_is_the_callers_affair():
    store = open_store(empty_store(), HandClock(), CountingIds())
    with pytest.raises(BadInput) as caught, store.begin() as tx:
        tx.put_secret(f"{SECRET}\0", SECRET)
    assert SECRET not in everything_in(caught.value)
    store.close()


def everything_in(error):
    """All that anybody could print of an error and of what hangs on it."""
    said = ""
    while error is not None:
        said += f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    return said


def restore_secret(url):
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE secret (name TEXT PRIMARY KEY, digest TEXT NOT NULL)")
    engine.dispose()


def test_a_full_disk_is_said_and_what_was_kept_stays(tmp_path, sqlite):
    appended(sqlite, {"event": "kept"})
    with no_room(limit=400_000), pytest.raises(SafetyUnavailable):
        fill(sqlite)
    size = sqlite.size()
    assert size >= 1
    appended(sqlite, {"event": "after"})
    assert sqlite.size() == size + 1
    with sqlite3.connect(tmp_path / "store.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def fill(store):
    for _ in range(100):
        appended(store, {"padding": "x" * 10_000})


def test_health_is_proved_by_writing(sqlite):
    sqlite.check()
    with no_room(limit=1):
        assert sqlite.size() == 0
        with pytest.raises(SafetyUnavailable):
            sqlite.check()
    sqlite.check()


def test_a_database_locked_by_somebody_else_is_said(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url, HandClock(), CountingIds()).close()
    engine = connect(url)
    impatient = SqlStore(engine, HandClock(), CountingIds())
    with engine.connect() as connection:
        connection.connection.execute("PRAGMA busy_timeout=10")
    raw = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(SafetyUnavailable, match="SQLITE_BUSY"), impatient.begin():
            pass
        assert impatient.size() == 0  # reading goes on
    finally:
        raw.close()
        impatient.close()


def test_an_erased_record_is_nowhere_in_the_files(tmp_path, sqlite):
    index = appended(sqlite, {"words": SECRET})
    assert any(SECRET.encode() in path.read_bytes() for path in tmp_path.glob("store.db*"))
    sqlite.erase(index)
    assert not any(SECRET.encode() in path.read_bytes() for path in tmp_path.glob("store.db*"))


def test_only_the_owner_can_read_the_files(tmp_path, sqlite):
    appended(sqlite, {})
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("store.db*")}
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


@pytest.mark.postgres
def test_a_server_that_went_away_is_said_and_waited_out():
    url = new_database()
    store = open_store(url, HandClock(), CountingIds())
    appended(store, {"event": "before"})
    drop_database(url)
    for ask in (store.check, store.size, lambda: store.claim(1, 60), lambda: appended(store, {})):
        with pytest.raises(SafetyUnavailable) as caught:
            ask()
        assert url not in str(caught.value)
    store.close()


@pytest.mark.postgres
def test_a_connection_that_was_cut_is_replaced():
    url = empty_store()
    store = open_store(url, HandClock(), CountingIds())
    appended(store, {})
    cut(url)
    assert appended(store, {}) == 1
    store.close()


@pytest.mark.postgres
def test_a_transaction_whose_connection_is_cut_is_as_if_it_never_was():
    url = empty_store()
    store = open_store(url, HandClock(), CountingIds())
    other = open_store(url, HandClock(), CountingIds())
    with pytest.raises(SafetyUnavailable):
        append_and_be_cut(store, url)
    assert other.size() == 0
    assert appended(other, {}) == 0
    store.close()
    other.close()


def append_and_be_cut(store, url):
    with store.begin() as tx:
        tx.append(Kind.SYSTEM, {})
        cut(url)
        tx.append(Kind.SYSTEM, {})


def cut(url):
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    engine.dispose()


def test_a_store_that_cannot_be_opened_lets_go_of_the_file(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database, and it is long enough to be looked at" * 100)
    with pytest.raises(SafetyUnavailable, match="NOTADB"):
        open_store(f"sqlite:///{path}", HandClock(), CountingIds())
    assert not [one for one in Path("/proc/self/fd").iterdir() if points_to(one, path)]


def points_to(descriptor, path):
    try:
        return descriptor.readlink() == path
    except FileNotFoundError:
        return False
