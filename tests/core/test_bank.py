"""Banks have names, entries have well-formed hashes, and nothing else gets in."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.bank import (
    FOREVER,
    Bank,
    BankEntry,
    BankHashes,
    EntryStatus,
    SignalKind,
    checked_name,
    checked_value,
    frames_digest,
)
from consentry.core.errors import BadInput
from consentry.core.match import FrameHash

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ENTRY = BankEntry("BANK_A", SignalKind.PDQ, "0f" * 32, NOON)


@pytest.mark.parametrize("name", ["A", "_", "STOP_NCII", "B2", "_9"])
def test_a_name_in_capitals_is_taken(name):
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "lower", "A B", "9A", "A-B", "case", "upload", "A\n", "A" * 256, "É"])
def test_any_other_name_is_refused(name):
    with pytest.raises(BadInput):
        checked_name(name)


@pytest.mark.parametrize(
    "change", [{"enabled_ratio": -0.1}, {"enabled_ratio": 7}, {"radius": -1}, {"radius": 41}]
)
def test_a_share_or_a_radius_out_of_range_is_refused(change):
    with pytest.raises(BadInput):
        replace(Bank("A"), **change)


def test_a_share_that_is_no_number_is_refused():
    with pytest.raises(BadInput):
        Bank("A", float("nan"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SignalKind.PDQ, "0" * 63),
        (SignalKind.PDQ, "0" * 65),
        (SignalKind.PDQ, "F" * 64),
        (SignalKind.PDQ, "g" * 64),
        (SignalKind.MD5, "0" * 64),
        (SignalKind.SHA256, "0" * 32),
        (SignalKind.MD5, ""),
        (SignalKind.MD5, "0" * 32 + "\n"),
    ],
)
def test_a_malformed_hash_is_refused(kind, value):
    with pytest.raises(BadInput):
        BankEntry("A", kind, value, NOON)


FRAME = FrameHash(b"\x01" * 32, 100, 3, 2000)


def test_a_video_has_frames_and_nothing_else_has():
    video = replace(ENTRY, signal=SignalKind.VPDQ, frames=(FRAME,))
    assert video.frames == (FRAME,)
    assert ENTRY.frames == ()
    for change in ({"frames": ()}, {"signal": SignalKind.PDQ}):
        with pytest.raises(BadInput) as caught:
            replace(video, **change)
        assert (caught.value.message, caught.value.param) == (
            "A video has frames, and nothing else has.",
            "frames",
        )


def test_frames_have_one_name_by_their_hashes_qualities_and_moments():
    said = b"\x01" * 32 + bytes([100, 0, 0, 7, 208])
    assert frames_digest([FRAME]) == hashlib.sha256(said).hexdigest()
    assert frames_digest([FRAME, FRAME]) == hashlib.sha256(said * 2).hexdigest()
    assert frames_digest([replace(FRAME, number=9)]) == frames_digest([FRAME])


def test_capitals_and_spaces_of_a_source_are_tidied():
    assert checked_value(SignalKind.MD5, f" {'AB' * 16}\n") == "ab" * 16
    with pytest.raises(BadInput):
        checked_value(SignalKind.PDQ, "ab" * 16)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(BadInput):
        replace(ENTRY, changed=NOON.replace(tzinfo=None))
    with pytest.raises(BadInput):
        replace(ENTRY, paused_until=NOON.replace(tzinfo=None))
    with pytest.raises(BadInput):
        replace(ENTRY, source_ref="x" * 501)


@pytest.mark.parametrize(
    ("change", "matches"),
    [
        ({}, True),
        ({"status": EntryStatus.WITHDRAWN}, False),
        ({"status": EntryStatus.DELETED}, False),
        ({"paused_until": NOON + timedelta(seconds=1)}, False),
        ({"paused_until": NOON}, True),
        ({"paused_until": FOREVER}, False),
    ],
    ids=["active", "withdrawn", "deleted", "paused", "pause over", "off"],
)
def test_only_an_active_entry_that_is_not_paused_matches(change, matches):
    assert replace(ENTRY, **change).matches(NOON) is matches


def test_a_record_replaces_an_older_one_about_the_same_hash_only():
    later = replace(ENTRY, changed=NOON + timedelta(1))
    assert later.replaces(ENTRY)
    assert ENTRY.replaces(ENTRY)
    assert not ENTRY.replaces(later)
    assert not replace(later, bank="BANK_B").replaces(ENTRY)
    assert not replace(later, value="1f" * 32).replaces(ENTRY)


def test_an_entry_is_about_its_own_picture_unless_another_was_first():
    assert replace(ENTRY, id=4).content == 4
    assert replace(ENTRY, id=4, item=2).content == 2


@pytest.mark.parametrize(("ratio", "share"), [(0.0, 0), (1.0, 1), (0.3, 0.3)])
def test_a_bank_counts_in_its_share_of_lookups(ratio, share):
    bank = Bank("A", ratio)
    counted = sum(bank.counts(str(seed)) for seed in range(2000))
    assert abs(counted / 2000 - share) < 0.04
    assert bank.counts("seed") is bank.counts("seed")


def said(made):
    """The message, the code and the field of the refusal."""
    with pytest.raises(BadInput) as refused:
        made()
    return refused.value.message, refused.value.code, refused.value.param


def test_what_is_refused_is_said_word_for_word():
    name = ("Bank names must be UPPER_WITH_UNDERSCORE", "bad_bank_name", "name")
    assert said(lambda: Bank("lower")) == name
    assert said(lambda: Bank("A" * 256)) == name
    share = ("The share of lookups must be between 0 and 1.", "invalid_request", "enabled_ratio")
    assert said(lambda: Bank("A", enabled_ratio=1.001)) == share
    radius = ("The radius must be between 0 and 40 bits.", "invalid_request", "radius")
    assert said(lambda: Bank("A", radius=41)) == radius
    assert said(lambda: Bank("A", radius=-1)) == radius
    zone = ("A moment needs a zone.", "invalid_request", "changed")
    assert said(lambda: BankEntry("A", SignalKind.MD5, "0" * 32, datetime(2026, 1, 1))) == zone  # noqa: DTZ001 - the point
    long = ("A record's name may have 500 characters.", "invalid_request", "source_ref")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert said(lambda: BankEntry("A", SignalKind.MD5, "0" * 32, now, "x" * 501)) == long
    malformed = ("A md5 hash has 32 hexadecimal digits.", "bad_hash", "md5")
    assert said(lambda: checked_value(SignalKind.MD5, "0" * 31)) == malformed
    assert said(lambda: BankEntry("A", SignalKind.MD5, "0" * 31, now)) == malformed


def test_the_edges_are_inside():
    assert Bank("A" * 255, enabled_ratio=0.0, radius=0).radius == 0
    assert Bank("A", enabled_ratio=1.0, radius=40).radius == 40
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert BankEntry("A", SignalKind.MD5, "0" * 32, now, "x" * 500).source_ref == "x" * 500


@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_all_is_always_and_nothing_is_never(seed):
    assert Bank("A", enabled_ratio=1.0).counts(seed)
    assert not Bank("A", enabled_ratio=0.0).counts(seed)


def test_many_hashes_are_what_as_many_entries_are():
    values = [bytes([number]) * 32 for number in range(3)]
    many = BankHashes("BANK_A", SignalKind.PDQ, b"".join(values), NOON)
    assert len(many) == 3
    assert list(many.values()) == values
    assert list(many.entries()) == [BankEntry("BANK_A", SignalKind.PDQ, v.hex(), NOON) for v in values]


@pytest.mark.parametrize(("kind", "size"), [("pdq", 32), ("md5", 16), ("sha256", 32)])
def test_many_hashes_are_whole_ones(kind, size):
    assert len(BankHashes("BANK_A", SignalKind(kind), bytes(2 * size), NOON)) == 2
    assert len(BankHashes("BANK_A", SignalKind(kind), b"", NOON)) == 0
    with pytest.raises(BadInput, match=f"A {kind} hash has {2 * size} hexadecimal digits."):
        BankHashes("BANK_A", SignalKind(kind), bytes(2 * size - 1), NOON)


def test_many_hashes_need_a_zone_and_are_no_videos():
    with pytest.raises(BadInput) as caught:
        BankHashes("BANK_A", SignalKind.PDQ, b"", NOON.replace(tzinfo=None))
    assert (str(caught.value), caught.value.param) == ("A moment needs a zone.", "changed")
    with pytest.raises(BadInput):
        BankHashes("BANK_A", SignalKind.VPDQ, bytes(32), NOON)
