"""What every blob store promises: bytes come back for their purpose only, and never after shredding."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from consentry.core.errors import BadInput, NotFound
from consentry.core.ports import Blobs

PICTURE = b"the bytes of a drawn lighthouse"


class BlobsContract:
    """Subclass and give `blobs`: an empty blob store."""

    @pytest.fixture
    def blobs(self) -> Blobs:
        raise NotImplementedError

    @pytest.mark.parametrize("size", [0, 1, 31, 4096, 3_000_001])
    def test_bytes_come_back_as_they_were(self, blobs, size):
        data = os.urandom(size)
        assert blobs.get(blobs.put(data, "evidence"), "evidence") == data

    def test_the_same_bytes_twice_are_two_blobs(self, blobs):
        one, two = blobs.put(PICTURE, "evidence"), blobs.put(PICTURE, "evidence")
        assert one != two
        blobs.shred(one)
        assert blobs.get(two, "evidence") == PICTURE

    def test_bytes_are_given_out_for_their_purpose_only(self, blobs):
        blob = blobs.put(PICTURE, "evidence")
        for other in ("papers", "", "evidence2", "evidence\0"):
            with pytest.raises(BadInput):
                blobs.get(blob, other)

    def test_what_was_never_kept_is_not_found(self, blobs):
        for blob in ("blb_unknown", "", "../../etc/passwd"):
            with pytest.raises(NotFound) as caught:
                blobs.get(blob, "evidence")
            assert not blob or blob not in str(caught.value)

    def test_what_was_shredded_is_gone_and_may_be_shredded_again(self, blobs):
        blob = blobs.put(PICTURE, "evidence")
        blobs.shred(blob)
        blobs.shred(blob)
        with pytest.raises(NotFound):
            blobs.get(blob, "evidence")
        blobs.shred("blb_unknown")

    def test_many_threads_may_use_it_at_once(self, blobs):
        def work(number: int) -> bool:
            data = number.to_bytes(2) * 500
            blob = blobs.put(data, "evidence")
            same = blobs.get(blob, "evidence") == data
            if number % 2:
                blobs.shred(blob)
            return same

        with ThreadPoolExecutor(6) as pool:
            assert all(pool.map(work, range(30)))
