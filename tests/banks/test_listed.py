"""What banks list is found while it is listed, at its true distance, and not a moment longer."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from consentry.banks.listed import ListedPictures
from consentry.core.bank import FOREVER, EntryStatus, SignalKind
from consentry.core.errors import SafetyUnavailable
from consentry.core.match import NEAR, FrameHash, Hashes, Match, Method
from consentry.store.memory import MemoryStore
from consentry.store.sql import open_store
from contracts.banks import a_bank, a_video, put
from contracts.banks import an_entry as made
from support.stores import NOON, CountingIds, HandClock

RANDOM = np.random.default_rng(5)
PDQ, MD5, SHA256 = SignalKind.PDQ, SignalKind.MD5, SignalKind.SHA256


def bits() -> bytes:
    return RANDOM.bytes(32)


def flipped(value: bytes, count: int) -> bytes:
    return (int.from_bytes(value) ^ ((1 << count) - 1)).to_bytes(32)


def an_entry(value: bytes, **changes):
    kind = changes.pop("signal", PDQ)
    return replace(made(signal=kind), value=value.hex(), **changes)


def asked(*pdq: bytes, quality=100, sha256="aa" * 32, md5="") -> Hashes:
    return Hashes(sha256, pdq, quality, md5)


@pytest.fixture(params=["memory", "sqlite"])
def world(request, tmp_path):
    clock = HandClock()
    if request.param == "memory":
        store = MemoryStore(clock, CountingIds())
    else:
        store = open_store(f"sqlite:///{tmp_path}/store.db", clock, CountingIds())
    with store.begin() as tx:
        tx.add_bank(a_bank())
    yield store, clock
    store.close()


@pytest.fixture
def store(world):
    return world[0]


@pytest.fixture
def finder(store):
    return ListedPictures(store)


def names(found):
    return [match.entry for match in found]


def test_where_nothing_is_listed_nothing_is_found(finder):
    assert list(finder.find(asked(bits()), NEAR)) == []
    assert list(finder.near(PDQ, bits().hex())) == []
    assert len(finder) == 0


@pytest.mark.parametrize("distance", [0, 1, 31])
def test_the_same_looks_are_found_with_their_distance(finder, store, distance):
    one = bits()
    put(store, an_entry(one))
    (match,) = finder.find(asked(flipped(one, distance)), NEAR)
    assert match == Match(match.entry, "BANK_A", Method.NEAR, distance)
    (near,) = finder.near(PDQ, flipped(one, distance).hex())
    assert (near.distance, near.bank.name, str(near.entry.id)) == (distance, "BANK_A", match.entry)


def test_what_is_farther_away_is_not_found(finder, store):
    one = bits()
    put(store, an_entry(one))
    assert not finder.find(asked(flipped(one, 32)), NEAR)
    assert not finder.near(PDQ, flipped(one, 32).hex())


def test_each_bank_has_its_own_radius(finder, store):
    one = bits()
    with store.begin() as tx:
        tx.save_bank(replace(tx.bank("BANK_A"), radius=10))
        tx.add_bank(a_bank("BANK_B", radius=40))
    put(store, an_entry(one), an_entry(one, bank="BANK_B"))
    near = flipped(one, 11).hex()
    assert [found.bank.name for found in finder.near(PDQ, near)] == ["BANK_B"]
    assert len(finder.near(PDQ, flipped(one, 10).hex())) == 2
    assert [match.source for match in finder.find(asked(flipped(one, 11)), 60)] == ["BANK_B"]


@pytest.mark.parametrize("signal", [MD5, SHA256])
def test_the_same_bytes_are_found_by_either_digest(finder, store, signal):
    digest = bits()[: 16 if signal is MD5 else 32]
    put(store, an_entry(digest, signal=signal))
    field = {signal.value: digest.hex()}
    (match,) = finder.find(asked(quality=0, **field), NEAR)
    assert (match.method, match.distance) == (Method.EXACT, 0)
    assert finder.near(signal, digest.hex())


def test_a_flat_picture_is_found_by_its_bytes_only(finder, store):
    one = bits()
    put(store, an_entry(one))
    assert not finder.find(asked(one, quality=49), NEAR)


def test_another_view_is_found_and_called_so(finder, store):
    one = bits()
    put(store, an_entry(one))
    (match,) = finder.find(asked(bits(), one), NEAR)
    assert (match.distance, match.view) == (0, "another view")


@pytest.mark.parametrize(
    "change",
    [{"status": EntryStatus.WITHDRAWN}, {"status": EntryStatus.DELETED}, {"paused_until": FOREVER}],
    ids=["withdrawn", "deleted", "off"],
)
@pytest.mark.parametrize("signal", [PDQ, SHA256])
def test_what_is_taken_back_matches_nothing_at_once_and_may_come_back(finder, store, change, signal):
    value = bits()
    put(store, an_entry(value, signal=signal))
    (near,) = finder.near(signal, value.hex())
    with store.begin() as tx:
        tx.save_entry(replace(near.entry, **change))
    assert not finder.near(signal, value.hex())
    assert not ListedPictures(store).near(signal, value.hex())
    with store.begin() as tx:
        tx.save_entry(near.entry)
    assert finder.near(signal, value.hex())


def test_a_pause_ends_by_itself(world):
    store, clock = world
    finder, value = ListedPictures(store), bits()
    put(store, an_entry(value, paused_until=NOON + timedelta(seconds=5)))
    assert not finder.near(PDQ, value.hex())
    clock.pass_(5)
    assert finder.near(PDQ, value.hex())


def test_a_dropped_bank_is_forgotten_also_if_it_is_made_again(finder, store):
    value = bits()
    put(store, an_entry(value))
    assert finder.near(PDQ, value.hex())
    with store.begin() as tx:
        tx.drop_bank("BANK_A")
        tx.add_bank(a_bank())
    assert not finder.near(PDQ, value.hex())
    assert len(finder) == 0
    other = bits()
    put(store, an_entry(other))
    assert not finder.near(PDQ, value.hex())
    assert finder.near(PDQ, other.hex())


def test_a_bank_that_is_off_finds_nothing_in_uploads_but_is_there_to_ask(finder, store):
    value = bits()
    put(store, an_entry(value))
    with store.begin() as tx:
        tx.save_bank(replace(tx.bank("BANK_A"), enabled_ratio=0.0))
    assert not finder.find(asked(value), NEAR)
    assert finder.near(PDQ, value.hex())


def test_it_holds_no_more_than_is_listed_however_often_it_changes(finder, store):
    value = bits()
    for day in range(5):
        put(store, an_entry(value, changed=NOON + timedelta(days=day)))
        assert len(finder) == 1


def frames(*hashes):
    return tuple(FrameHash(one, 100, place, place * 1000) for place, one in enumerate(hashes))


def film(*hashes, **more) -> Hashes:
    return Hashes("aa" * 32, hashes, 100, frames=frames(*hashes), of=tuple(range(len(hashes))), **more)


FILM = tuple(bits() for _ in range(10))


@pytest.mark.parametrize("apart", [0, 31])
def test_a_listed_video_is_found_by_another_that_shares_half_and_both_shares_are_said(finder, store, apart):
    put(store, a_video(frames(*FILM)))
    other = [bits() for _ in range(15)]
    (match,) = finder.find(film(*(flipped(one, apart) for one in FILM[:5]), *other), NEAR)
    shares = {"query_percent": 25, "known_percent": 50, "step_percent": 44}
    assert match == Match(match.entry, "BANK_A", Method.NEAR, apart, **shares)


def test_a_video_that_shares_less_or_is_farther_away_is_not_found(finder, store):
    put(store, a_video(frames(*FILM)))
    other = [bits() for _ in range(15)]
    assert not finder.find(film(*FILM[:2], *other), NEAR)
    assert not finder.find(film(*(flipped(one, 32) for one in FILM)), NEAR)
    with store.begin() as tx:
        tx.save_bank(replace(tx.bank("BANK_A"), radius=10))
    assert not finder.find(film(*(flipped(one, 11) for one in FILM)), NEAR)


def test_a_still_of_a_listed_video_is_found(finder, store):
    put(store, a_video(frames(*FILM)))
    (match,) = finder.find(asked(flipped(FILM[3], 2)), NEAR)
    assert (match.distance, match.query_percent, match.known_percent) == (2, 100, 10)
    assert not finder.find(asked(FILM[3], quality=49), NEAR)
    assert not finder.near(PDQ, FILM[3].hex())


@pytest.mark.parametrize(
    "change",
    [{"status": EntryStatus.WITHDRAWN}, {"status": EntryStatus.DELETED}, {"paused_until": FOREVER}],
    ids=["withdrawn", "deleted", "off"],
)
def test_a_video_that_is_taken_back_matches_nothing_at_once_and_may_come_back(finder, store, change):
    put(store, a_video(frames(*FILM)))
    (near,) = finder.like(film(*FILM))
    with store.begin() as tx:
        tx.save_entry(replace(near.entry, **change))
    assert not finder.like(film(*FILM))
    assert not ListedPictures(store).like(film(*FILM))
    with store.begin() as tx:
        tx.save_entry(near.entry)
    assert len(finder.like(film(*FILM))) == 1


def test_the_videos_of_a_dropped_bank_are_forgotten(finder, store):
    put(store, a_video(frames(*FILM)))
    assert finder.like(film(*FILM))
    with store.begin() as tx:
        tx.drop_bank("BANK_A")
        tx.add_bank(a_bank())
    assert not finder.like(film(*FILM))
    put(store, a_video(frames(*FILM[:3])))
    (near,) = finder.like(film(*FILM))
    assert (near.query_percent, near.known_percent) == (30, 100)


def test_a_video_with_little_to_tell_is_passed_over(finder, store):
    put(store, a_video([FrameHash(FILM[0], 49)]))
    assert not finder.like(film(*FILM))


def test_a_store_that_does_not_answer_is_said_so(finder, store, monkeypatch):
    def down():
        raise SafetyUnavailable("The store does not answer.")

    monkeypatch.setattr(store, "read", down)
    with pytest.raises(SafetyUnavailable):
        finder.find(asked(bits()), NEAR)


def test_it_finds_what_comparing_with_everything_finds(store):
    values = [bits() for _ in range(300)]
    put(store, *(an_entry(value) for value in values))
    finder = ListedPictures(store)
    for value in values[:40]:
        query = flipped(value, int(RANDOM.integers(0, 40)))
        expected = sorted(
            apart
            for one in values
            if (apart := (int.from_bytes(one) ^ int.from_bytes(query)).bit_count()) <= NEAR
        )
        assert [near.distance for near in finder.near(PDQ, query.hex())] == expected
