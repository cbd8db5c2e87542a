from dataclasses import FrozenInstanceError, fields

import pytest

from consentry.core.content import Account, Draft, Frame, Picture, Post, Request, Stage, Upload, unopened

PICTURE = Picture(b"x", "2d71")
REQUEST = Request("images.edits", Account("a1"), "a lighthouse")


def test_the_names_of_stages_stand_in_law_files_and_logs_and_never_change():
    assert [stage.value for stage in Stage] == ["ask", "answer", "upload", "report"]


@pytest.mark.parametrize(
    "value",
    [
        Frame(1, 1, b"\x00\x00\x00"),
        PICTURE,
        Account("a1"),
        REQUEST,
        Draft(REQUEST, PICTURE),
        Upload(Account("a1"), PICTURE, "site", "post-1"),
        Post(Account("a1"), "a lighthouse", (), "site", "post-1"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_content_cannot_be_changed_between_looking_and_deciding(value):
    name = fields(value)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, None)


def test_a_picture_nobody_decoded_has_no_frames_and_no_kind():
    assert (PICTURE.kind, PICTURE.frames, PICTURE.trouble) == ("", (), "")


def test_a_request_claims_no_consent_and_no_place_by_itself():
    assert (REQUEST.consent, REQUEST.place, REQUEST.inputs, REQUEST.mask) == ("", "", (), None)
    assert (REQUEST.markup, REQUEST.earlier, REQUEST.made) == (None, (), ())
    assert (REQUEST.pictures, REQUEST.sources, REQUEST.befores) == ((), (), ())


@pytest.mark.parametrize(
    ("kind", "moves"),
    [("mp4", True), ("mov", True), ("webm", True), ("mkv", True), ("gif", False), ("", False)],
)
def test_a_video_is_told_from_a_picture_by_its_kind(kind, moves):
    assert Picture(b"", "", kind).moves is moves


def test_a_still_is_the_first_frame_at_the_beginning():
    assert (Frame(1, 1, b"abc").number, Frame(1, 1, b"abc").milliseconds) == (0, 0)


def test_every_picture_of_a_request_counts_in_a_fixed_order():
    one, two, mask, markup = (Picture(name, name.decode()) for name in (b"1", b"2", b"mask", b"markup"))
    old, new = Picture(b"old", "old"), Picture(b"new", "new")
    asked = Request("r", Account("a"), "p", (one, two), mask, markup, made=(old, new))
    assert asked.pictures == (one, two, old, new, markup, mask)
    assert asked.sources == (new, one, two)
    assert asked.befores == (one, two)
    assert Request("r", Account("a"), "p", made=(old, new)).befores == (old,)
    assert Request("r", Account("a"), "p", mask=mask).pictures == (mask,)
    assert Request("r", Account("a"), "p", markup=markup).pictures == (markup,)


def test_an_unopened_picture_has_its_bytes_and_their_digest_and_nothing_else():
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert unopened(b"x") == Picture(b"x", digest, kind="", frames=(), trouble="", notes=())
