"""What every finder promises: all that is known and active, nearest first, and never a stale answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from consentry.core.match import CANDIDATE, NEAR, FrameHash, Hashes, Match, Method
from consentry.core.ports import Known

RANDOM = np.random.default_rng(7)


def bits() -> bytes:
    return RANDOM.bytes(32)


def flipped(hash_: bytes, count: int) -> bytes:
    """`hash_` with its first `count` bits changed."""
    return (int.from_bytes(hash_) ^ ((1 << count) - 1)).to_bytes(32)


def known(name: str, *pdq: bytes, quality: int = 100, sha256: str = "", **more) -> Known:
    return Known(name, more.pop("source", "case"), Hashes(sha256 or f"sha of {name}", pdq, quality), **more)


def asked(*pdq: bytes, quality: int = 100, sha256: str = "sha of another") -> Hashes:
    return Hashes(sha256, pdq, quality)


def video(*pdq: bytes, every: int = 1000, start: int = 0) -> tuple[FrameHash, ...]:
    """Frames of a video, one after another."""
    return tuple(FrameHash(one, 100, place, start + place * every) for place, one in enumerate(pdq))


def kept_video(name: str, *pdq: bytes, every: int = 1000, **more) -> Known:
    """A video as it is stored."""
    frames = video(*pdq, every=every)
    return Known(name, "case", Hashes(f"sha of {name}", (), 100, frames=frames), **more)


def asked_video(*pdq: bytes, every: int = 1000) -> Hashes:
    """A video as it is looked for: each frame as it stands and in one more view."""
    shown = tuple(one for hash_ in pdq for one in (hash_, flipped(hash_, 200)))
    of = tuple(place for place, _ in enumerate(pdq) for _ in range(2))
    names = tuple(name for place in of[::2] for name in (f"frame {place}", f"frame {place}, mirrored"))
    return Hashes("sha of another", shown, 100, "", names, video(*pdq, every=every), of)


class FinderContract:
    """Subclass and give `finder`, `learn(known)`, which stores an entry, and `break_now()`."""

    @pytest.fixture
    def finder(self):
        raise NotImplementedError

    @pytest.fixture
    def learn(self):
        raise NotImplementedError

    @pytest.fixture
    def break_now(self):
        raise NotImplementedError

    def test_where_nothing_is_known_nothing_is_found(self, finder):
        assert list(finder.find(asked(bits()), NEAR)) == []

    def test_the_same_bytes_are_found_and_called_exact(self, finder, learn):
        learn(known("one", bits(), sha256="aa", case="C-1"))
        assert list(finder.find(asked(bits(), sha256="aa"), NEAR)) == [
            Match("one", "case", Method.EXACT, 0, "C-1")
        ]

    @pytest.mark.parametrize("distance", [0, 1, 31])
    def test_the_same_looks_are_found_with_their_distance(self, finder, learn, distance):
        one = bits()
        learn(known("one", one, source="bank-a"))
        assert list(finder.find(asked(flipped(one, distance)), NEAR)) == [
            Match("one", "bank-a", Method.NEAR, distance)
        ]

    def test_what_is_farther_than_the_radius_is_not_found(self, finder, learn):
        one = bits()
        learn(known("one", one))
        assert list(finder.find(asked(flipped(one, 32)), NEAR)) == []
        assert [match.distance for match in finder.find(asked(flipped(one, 32)), CANDIDATE)] == [32]

    def test_any_view_of_either_side_may_match_and_an_entry_is_found_once(self, finder, learn):
        one, two = bits(), bits()
        learn(known("one", one, two))
        (match,) = finder.find(asked(bits(), flipped(two, 3), flipped(one, 5)), NEAR)
        assert (match.entry, match.distance) == ("one", 3)
        assert match.view

    def test_the_nearest_comes_first(self, finder, learn):
        one = bits()
        learn(known("far", flipped(one, 20)))
        learn(known("near", flipped(one, 2)))
        learn(known("same", bits(), sha256="aa"))
        found = finder.find(asked(one, sha256="aa"), NEAR)
        assert [match.entry for match in found] == ["same", "near", "far"]

    def test_too_little_in_the_picture_asked_about_means_bytes_only(self, finder, learn):
        one = bits()
        learn(known("one", one, sha256="aa"))
        assert list(finder.find(asked(one, quality=49), NEAR)) == []
        assert [match.method for match in finder.find(asked(one, quality=49, sha256="aa"), NEAR)] == [
            Method.EXACT
        ]

    def test_too_little_in_the_known_picture_means_bytes_only(self, finder, learn):
        one = bits()
        learn(known("one", one, quality=49, sha256="aa"))
        assert list(finder.find(asked(one), NEAR)) == []
        assert len(finder.find(asked(one, sha256="aa"), NEAR)) == 1

    def test_a_picture_without_looks_is_found_by_its_bytes(self, finder, learn):
        learn(known("one", sha256="aa"))
        assert len(finder.find(asked(sha256="aa"), NEAR)) == 1

    def test_what_is_stored_is_found_from_the_next_look_on(self, finder, learn):
        one = bits()
        assert not finder.find(asked(one), NEAR)
        learn(known("one", one))
        assert finder.find(asked(one), NEAR)

    def test_what_is_withdrawn_is_found_no_more_at_once(self, finder, learn):
        one = bits()
        entry, other = known("one", one, sha256="aa"), known("other", one, sha256="aa")
        learn(entry)
        learn(other)
        assert len(finder.find(asked(one, sha256="aa"), NEAR)) == 2
        learn(replace(entry, active=False))
        assert [match.entry for match in finder.find(asked(one, sha256="aa"), NEAR)] == ["other"]
        learn(entry)
        assert len(finder.find(asked(one, sha256="aa"), NEAR)) == 2

    def test_a_changed_entry_is_found_by_its_new_hashes_only(self, finder, learn):
        old, new = bits(), bits()
        learn(known("one", old, sha256="aa"))
        finder.find(asked(old), NEAR)
        learn(known("one", new, sha256="bb"))
        assert not finder.find(asked(old, sha256="aa"), NEAR)
        assert finder.find(asked(new), NEAR)
        assert finder.find(asked(sha256="bb"), NEAR)

    def test_threads_that_look_while_others_learn_miss_nothing_known_before(self, finder, learn):
        one = bits()
        learn(known("one", one))

        def work(number):
            if number % 4 == 0:
                learn(known(f"more {number}", bits()))
            return [match.entry for match in finder.find(asked(one), NEAR)]

        with ThreadPoolExecutor(4) as pool:
            assert all(found == ["one"] for found in pool.map(work, range(60)))

    def test_a_store_that_does_not_answer_is_an_error_and_never_an_old_answer(self, finder, learn, break_now):
        one = bits()
        learn(known("one", one))
        finder.find(asked(one), NEAR)
        break_now()
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the store raises
            finder.find(asked(one), NEAR)

    def test_a_video_is_found_with_how_much_of_either_is_in_the_other(self, finder, learn):
        one, two, three, four = bits(), bits(), bits(), bits()
        learn(kept_video("film", one, two, three, four, case="C-1"))
        (match,) = finder.find(asked_video(flipped(one, 5), flipped(two, 2), bits()), NEAR)
        assert (match.method, match.distance, match.case) == (Method.NEAR, 2, "C-1")
        assert (match.query_percent, match.known_percent, match.view) == (66, 50, "frame 1")

    def test_videos_that_share_few_frames_are_not_the_same(self, finder, learn):
        shared = bits()
        learn(kept_video("film", shared, bits(), bits()))
        assert list(finder.find(asked_video(shared, bits(), bits()), NEAR)) == []

    def test_half_of_either_video_is_enough(self, finder, learn):
        one = bits()
        learn(kept_video("film", one, bits(), bits(), bits()))
        assert [m.query_percent for m in finder.find(asked_video(one, bits()), NEAR)] == [50]
        learn(kept_video("short", one, bits()))
        found = {m.entry: m.known_percent for m in finder.find(asked_video(one, bits(), bits()), NEAR)}
        assert found == {"short": 50}

    def test_what_was_cut_out_of_a_long_video_runs_in_step_with_it(self, finder, learn):
        long = [bits() for _ in range(40)]
        learn(kept_video("long", *long, every=4000))
        part = [bits() for _ in range(40)]
        part[2], part[20], part[38] = long[10], long[19], long[28]  # 4 s apart there, 2 s here
        assert list(finder.find(asked_video(*part, every=1000), NEAR)) == []
        (match,) = finder.find(asked_video(*part, every=2000), NEAR)
        assert (match.query_percent, match.known_percent, match.step_percent) == (7, 7, 92)

    def test_one_frame_of_a_video_is_a_known_picture_and_the_other_way_round(self, finder, learn):
        one, two = bits(), bits()
        learn(known("still", one))
        (match,) = finder.find(asked_video(*[bits() for _ in range(9)], one), NEAR)
        assert (match.entry, match.query_percent, match.known_percent) == ("still", 10, 100)
        learn(kept_video("film", bits(), bits(), bits(), two))
        (match,) = finder.find(asked(two), NEAR)
        assert (match.entry, match.query_percent, match.known_percent) == ("film", 100, 25)

    def test_frames_with_too_little_in_them_do_not_count(self, finder, learn):
        empty = bits()
        dull = tuple(FrameHash(empty, 49, place) for place in range(3))
        learn(Known("dull", "case", Hashes("d", (), 100, frames=dull)))
        assert list(finder.find(asked(empty), NEAR)) == []

    def test_a_withdrawn_video_matches_nothing_at_once(self, finder, learn):
        one = bits()
        film = kept_video("film", one)
        learn(film)
        assert finder.find(asked_video(one), NEAR)
        learn(replace(film, active=False))
        assert not finder.find(asked_video(one), NEAR)
