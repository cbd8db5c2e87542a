import numpy as np
import pytest
from PIL import Image, ImageOps

from consentry.core.errors import BadInput
from consentry.core.match import NEAR, distance, telling
from consentry.matching import _operator, _reference, boxes, pdq, views
from consentry.matching.hasher import MAX_FRAMES, PdqHasher
from consentry.matching.pdq import VIEWS
from consentry.media import drawing, edits
from consentry.media.decoder import PlainDecoder
from consentry.media.limits import VIDEO_LIMITS
from contracts.pictures import flat, frame, noise, picture, unreadable
from matching.drawn import scene
from support.videos import encoded, film

HASHER = PdqHasher()


def test_a_picture_has_eight_hashes_its_own_first_and_the_digest_of_its_bytes():
    one = picture(noise(1))
    hashes = HASHER.hashes(one)
    assert len(hashes.pdq) == 8
    assert {len(hash_) for hash_ in hashes.pdq} == {32}
    assert hashes.sha256 == one.sha256
    assert hashes.good


def test_copies_are_near_their_original_and_strangers_are_not():
    decode = PlainDecoder().decode
    data = edits.encoded(drawing.place(3))
    first = HASHER.hashes(decode(data)).pdq[0]
    for copy in (edits.resized(data), edits.recompressed(data, 40)):
        assert distance(first, HASHER.hashes(decode(copy)).pdq[0]) <= NEAR
    mirrored = HASHER.hashes(decode(edits.mirrored(data))).pdq[0]
    assert min(distance(mirrored, view) for view in HASHER.hashes(decode(data)).pdq) <= NEAR
    other = HASHER.hashes(decode(edits.encoded(drawing.place(4)))).pdq
    assert min(distance(first, view) for view in other) > NEAR


def test_views_have_the_hashes_and_those_of_small_crops_besides():
    hashes, views = HASHER.hashes(picture(noise(1))), HASHER.views(picture(noise(1)))
    assert views.pdq[:8] == hashes.pdq
    assert len(views.pdq) > 8
    assert (views.sha256, views.quality) == (hashes.sha256, hashes.quality)


def test_looks_have_the_hashes_and_those_of_every_part_named():
    inside = scene(1, 480, 360)
    whole = picture(frame(np.pad(inside, ((40, 40), (60, 60), (0, 0)), constant_values=255)))
    hashes, looks = HASHER.hashes(whole), HASHER.looks(whole)
    assert looks.pdq[:8] == hashes.pdq
    assert len(looks.views) == len(looks.pdq) > 8
    assert looks.views[:8] == ("", *VIEWS[1:])
    assert (hashes.views, HASHER.views(whole).views) == ((), ())
    near = [
        looks.view(place)
        for place, bits in enumerate(looks.pdq)
        if distance(bits, HASHER.hashes(picture(frame(inside))).pdq[5]) <= NEAR
    ]
    assert "without border, mirrored" in near


def test_a_part_with_enough_in_it_is_hashed_in_a_picture_with_too_little():
    page = np.full((1500, 1500, 3), 255, np.uint8)
    page[700:820, 600:760] = scene(2, 160, 120)
    assert not HASHER.hashes(picture(frame(page))).good
    looks = HASHER.looks(picture(frame(page)))
    assert looks.good
    assert all(looks.views)


def test_every_still_of_an_animation_counts():
    alone = [HASHER.hashes(picture(noise(seed))).pdq for seed in (1, 2, 3)]
    together = HASHER.hashes(picture(noise(1), noise(2), noise(3), noise(1))).pdq
    assert together == tuple(hash_ for pdq in alone for hash_ in pdq)


def test_an_empty_first_still_hides_nothing():
    hashes = HASHER.hashes(picture(flat(), noise(2)))
    assert hashes.good
    assert hashes.pdq == HASHER.hashes(picture(noise(2))).pdq


def test_a_picture_with_too_little_in_it_says_so():
    hashes = HASHER.hashes(picture(flat(), flat(7)))
    assert not hashes.good
    assert hashes.pdq


@pytest.mark.parametrize("work", [HASHER.hashes, HASHER.views, HASHER.looks, HASHER.upright])
def test_an_unreadable_picture_is_bad_input(work):
    with pytest.raises(BadInput):
        work(unreadable())


def test_more_stills_than_are_looked_at_are_refused_rather_than_left_out():
    with pytest.raises(BadInput):
        HASHER.hashes(picture(*[flat()] * (MAX_FRAMES + 1)))


def test_for_the_ledger_one_hash_of_each_view_is_kept():
    decode = PlainDecoder().decode
    data = edits.encoded(drawing.place(3))
    kept = HASHER.upright(decode(data))
    assert len(kept.pdq) == 5
    assert kept.sha256 == decode(data).sha256
    whole = HASHER.hashes(decode(data))
    assert distance(kept.pdq[0], whole.pdq[0]) <= NEAR // 2
    assert kept.good


def test_for_the_ledger_an_empty_still_hides_nothing():
    kept = HASHER.upright(picture(flat(), noise(2)))
    assert kept.good
    assert kept.pdq == HASHER.upright(picture(noise(2))).pdq
    assert not HASHER.upright(picture(flat())).good


@pytest.mark.parametrize("copy", [edits.mirrored, edits.resized, lambda data: edits.recompressed(data, 50)])
def test_a_copy_of_what_the_ledger_keeps_is_found(copy):
    decode = PlainDecoder().decode
    data = edits.encoded(drawing.place(3))
    kept = HASHER.upright(decode(data))
    asked = HASHER.looks(decode(copy(data))).pdq
    assert min(distance(one, other) for one in kept.pdq for other in asked) <= NEAR


WITHIN = {"add_boxes", "common_steps", "step_of"}
"""Kernels that only others call: they are compiled with those."""


def test_a_warm_hasher_compiles_nothing_more():
    """A caller who had to wait for that would be told that nobody could look."""

    def compiled():
        found = [vars(module).values() for module in (_operator, _reference, boxes, pdq, views)]
        kernels = [one for part in found for one in part if hasattr(one, "signatures")]
        return {one: len(one.signatures) for one in kernels if one.__name__ not in WITHIN}

    PdqHasher().warm()
    before = compiled()
    assert all(before.values())
    for seed in range(3):
        for look in (PdqHasher().hashes, PdqHasher().looks, PdqHasher().views):
            look(PlainDecoder().decode(edits.encoded(drawing.place(seed, (700, 500)))))
    assert compiled() == before


def test_a_video_has_a_hash_of_every_frame_and_eight_views_of_each_that_tells():
    video = PlainDecoder(VIDEO_LIMITS).decode(
        encoded([*film([1, 2], each=0.6), Image.new("RGB", (320, 240))])
    )
    hashes = HASHER.hashes(video)
    assert [(one.number, one.milliseconds) for one in hashes.frames] == [
        (frame.number, frame.milliseconds) for frame in video.frames
    ]
    told = telling(hashes.frames)
    assert len(told) == len(hashes.frames) - 1  # the black one
    assert [hashes.pdq[place] for place in range(0, len(hashes.pdq), 8)] == [one.pdq for one in told]
    assert hashes.of == tuple(place for place in range(len(told)) for _ in range(8))
    assert hashes.view(8) == f"frame {told[1].number}"
    assert hashes.view(9) == f"frame {told[1].number}, {VIEWS[1]}"
    assert hashes.good


def test_a_video_is_looked_at_within_its_border():
    wide = [ImageOps.expand(frame, (0, 60), "black") for frame in film([1], each=0.4)]
    decode = PlainDecoder(VIDEO_LIMITS).decode
    known = {one.pdq for one in HASHER.hashes(decode(encoded(film([1], each=0.4)))).frames}
    looked = HASHER.looks(decode(encoded(wide)))
    assert any("border" in name for name in looked.views)
    assert min(distance(one, other) for one in looked.pdq for other in known) <= 12


def test_a_video_with_nothing_to_tell_is_known_by_its_bytes():
    dull = HASHER.hashes(PlainDecoder(VIDEO_LIMITS).decode(encoded([Image.new("RGB", (320, 240))] * 3)))
    assert (dull.pdq, dull.good) == ((), False)
    assert dull.sha256
    assert len(dull.frames) == 1
