"""The store in memory keeps what every store promises."""

import pytest

from consentry.store.memory import MemoryStore
from contracts.store import StoreContract
from support.stores import MOST, CountingIds, HandClock, World


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def world(self):
        clock = HandClock()
        return World(MemoryStore(clock, CountingIds(), MOST), clock.pass_)
