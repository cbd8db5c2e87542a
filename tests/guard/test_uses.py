"""A permit is used once: in one process, across restarts, and across processes that share a folder."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import NoPermit, Overloaded, SafetyUnavailable
from consentry.core.permit import call_of, grant
from consentry.guard.uses import KEPT, Uses, UsesInFolder
from support.stores import NOON

PERMIT = grant(call_of("POST", "/", "", b""), "dec_1", "generator", NOON, "nonce_1")


def number(n, now=NOON):
    return replace(grant(PERMIT.call, "dec_1", "generator", now, f"nonce_{n}"))


@pytest.fixture(params=["process", "folder"])
def uses(request, tmp_path):
    return Uses(NOON) if request.param == "process" else UsesInFolder(tmp_path)


def test_the_second_use_is_refused(uses):
    uses.use(PERMIT, NOON)
    with pytest.raises(NoPermit) as caught:
        uses.use(PERMIT, NOON)
    assert caught.value.code == "permit_used"
    uses.use(number(2), NOON)


def test_of_many_at_once_one_is_first(uses):
    def attempt(_):
        try:
            uses.use(PERMIT, NOON)
        except NoPermit:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(64))) == 1


def test_what_was_issued_before_the_memory_began_may_have_been_used():
    with pytest.raises(NoPermit) as caught:
        Uses(NOON + timedelta(seconds=1)).use(PERMIT, NOON)
    assert caught.value.code == "permit_used"
    Uses(NOON).use(PERMIT, NOON)


def test_when_nothing_more_can_be_remembered_nothing_passes_until_something_has_expired():
    uses = Uses(NOON, most=2)
    uses.use(number(1), NOON)
    later = NOON + timedelta(seconds=30)
    uses.use(number(2, later), later)
    with pytest.raises(Overloaded):
        uses.use(number(3, later), later)
    much_later = NOON + timedelta(seconds=70)
    uses.use(number(4, much_later), much_later)
    with pytest.raises(NoPermit):
        uses.use(number(2, later), much_later)


def test_what_expires_this_moment_is_forgotten():
    uses = Uses(NOON, most=1)
    uses.use(PERMIT, NOON)
    uses.use(number(2, PERMIT.expires), PERMIT.expires)


def test_two_processes_share_a_folder(tmp_path):
    UsesInFolder(tmp_path).use(PERMIT, NOON)
    with pytest.raises(NoPermit):
        UsesInFolder(tmp_path).use(PERMIT, NOON)


def test_a_folder_is_tidied_now_and_then_of_what_expired_long_ago(tmp_path):
    uses = UsesInFolder(tmp_path)
    for n in range(99):
        uses.use(number(n), NOON)
    for file in tmp_path.iterdir():
        os.utime(file, (NOON.timestamp(), NOON.timestamp()))
    young = NOON + timedelta(seconds=2 * KEPT)
    uses.use(number(99, young), young)
    assert len(list(tmp_path.iterdir())) == 100
    for n in range(100, 200):
        uses.use(number(n, young), young + timedelta(seconds=1))
    assert len(list(tmp_path.iterdir())) == 101


def test_a_folder_that_is_gone_lets_nothing_pass(tmp_path):
    with pytest.raises(SafetyUnavailable) as caught:
        UsesInFolder(tmp_path / "gone").use(PERMIT, NOON)
    assert caught.value.code == "guard_memory"


def test_the_nonce_never_becomes_a_path(tmp_path):
    folder = tmp_path / "uses"
    folder.mkdir()
    UsesInFolder(folder).use(replace(PERMIT, nonce="../../outside"), NOON)
    assert [file.parent for file in folder.iterdir()] == [folder]
    assert list(tmp_path.iterdir()) == [folder]
