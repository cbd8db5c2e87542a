"""A snapshot reads and cannot write."""

import pytest

from consentry.core import ports
from consentry.store.memory import MemorySnapshot, MemoryTransaction
from consentry.store.snapshot import SqlSnapshot
from consentry.store.transaction import SqlTransaction


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize("kind", [SqlSnapshot, MemorySnapshot])
def test_it_can_do_what_the_port_says_and_nothing_else(kind):
    assert public(kind) == public(ports.Snapshot)


@pytest.mark.parametrize("kind", [SqlTransaction, MemoryTransaction])
def test_a_transaction_can_do_all_of_it_and_write(kind):
    assert public(kind) >= public(ports.Transaction) > public(ports.Snapshot)
