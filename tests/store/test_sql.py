"""The store keeps what every store promises, on SQLite and on PostgreSQL."""

import time

import pytest
from consentry.store.sql import open_store

from contracts.store import MOST, CountingIds, HandClock, StoreContract, World
from support.servers import empty_store


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
