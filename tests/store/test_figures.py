"""Figures for operators say how far behind each list is."""

import pytest

from consentry.core.bank import Bank
from consentry.core.exchange import Progress
from consentry.store.figures import Figures
from consentry.store.memory import MemoryStore
from support.stores import NOON, CountingIds, HandClock

LAG = "consentry_bank_sync_lag_seconds"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def store(clock):
    with (made := MemoryStore(clock, CountingIds())).begin() as tx:
        for name in ("FOLLOWED", "BROKEN", "OURS"):
            tx.add_bank(Bank(name))
        tx.save_progress(Progress("FOLLOWED", complete=NOON))
        tx.save_progress(Progress("BROKEN", trouble="bank_failed"))
    return made


def test_a_bank_that_somebody_fills_has_a_lag_and_others_have_none(store, clock):
    figures = Figures()
    clock.pass_(42)
    figures.refresh(store)
    found = {
        name: figures.registry.get_sample_value(LAG, {"bank": name})
        for name in ("FOLLOWED", "BROKEN", "OURS")
    }
    assert found == {"FOLLOWED": 42, "BROKEN": float("inf"), "OURS": None}
    with store.begin() as tx:
        tx.drop_bank("FOLLOWED")
    figures.refresh(store)
    assert figures.registry.get_sample_value(LAG, {"bank": "FOLLOWED"}) is None
