from dataclasses import FrozenInstanceError, fields

import pytest

from consentry.core.content import Account, Draft, Frame, Picture, Request, Stage, Upload

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
