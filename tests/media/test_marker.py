"""The label first, the signature last: what leaves is what was signed."""

import hashlib

import pytest

from consentry.core.leaving import Stated
from consentry.media import drawing, edits
from consentry.media.credentials import Chain, Credentials, claimed_decisions
from consentry.media.decoder import PlainDecoder
from consentry.media.marker import Marker
from consentry.store.provenance import made
from support.fakes import NOW

DECISION = "dec_abcdefghijklmnopqrstuvwxyz"
SIGNING = made(NOW)
CREDENTIALS = Credentials(Chain(SIGNING.certificates, SIGNING.key), "0.1.0")
PICTURE = PlainDecoder().decode(edits.encoded(drawing.place(1), "jpeg"))


@pytest.mark.parametrize(
    ("always", "wanted", "bar"), [(False, False, False), (False, True, True), (True, False, True)]
)
def test_the_label_is_put_on_where_it_is_wanted(always, wanted, bar):
    out = Marker(CREDENTIALS, always=always).mark(PICTURE, Stated(DECISION, edited=False, label=wanted))
    shown = PlainDecoder().decode(out.data)
    assert (shown.frames[0].height > PICTURE.frames[0].height) is bar
    assert out.sha256 == hashlib.sha256(out.data).hexdigest()
    assert claimed_decisions(out.data) == (DECISION,)


def test_the_pixels_are_untouched_without_a_label():
    out = Marker(CREDENTIALS).mark(PICTURE, Stated(DECISION, edited=True, label=False))
    assert PlainDecoder().decode(out.data).frames == PICTURE.frames == out.frames
