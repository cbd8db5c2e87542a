import hashlib
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from attacks.hostile_files import gif, moving, oriented, saved, swapped_profile, talkative
from consentry.core.errors import BadInput, Overloaded, SafetyUnavailable, SetupTrouble
from consentry.media.decoder import LateDecoder, PlainDecoder, SandboxDecoder
from consentry.media.drawing import place
from consentry.media.limits import Limits

PLACE = place(7, (160, 120))
PICTURE = saved(PLACE, "png")


def see_through():
    picture = PLACE.convert("RGBA")
    picture.putalpha(PLACE.convert("L"))
    return picture


ODDITIES = {
    "jpeg": saved(PLACE, "jpeg"),
    "progressive": saved(PLACE, "jpeg", progressive=True),
    "cmyk": saved(PLACE.convert("CMYK"), "jpeg"),
    "turned": oriented(PLACE, 6),
    "profile": saved(PLACE, "jpeg", icc_profile=swapped_profile()),
    "png": PICTURE,
    "apng": moving("png"),
    "palette": saved(PLACE.quantize(32), "png"),
    "one bit": saved(PLACE.convert("1"), "png"),
    "grey": saved(PLACE.convert("L"), "jpeg"),
    "see-through": saved(see_through(), "png"),
    "webp": saved(PLACE, "webp"),
    "lossless": saved(see_through(), "webp", lossless=True),
    "moving webp": moving("webp"),
    "gif": saved(PLACE, "gif"),
    "moving gif": moving("gif"),
    "avif": saved(PLACE, "avif"),
    "see-through avif": saved(see_through(), "avif"),
    "moving avif": moving("avif"),
    "talkative jpeg": talkative("jpeg"),
    "talkative png": talkative("png"),
    "talkative webp": talkative("webp"),
    "talkative gif": talkative("gif"),
    "talkative avif": talkative("avif"),
    "empty": b"",
    "half": PICTURE[: len(PICTURE) // 2],
}


@pytest.fixture(scope="module")
def decoder():
    with SandboxDecoder() as decoder:
        yield decoder


@pytest.mark.parametrize("name", ODDITIES)
def test_the_sandbox_changes_no_pixel(decoder, name):
    assert decoder.decode(ODDITIES[name]) == PlainDecoder().decode(ODDITIES[name])


@pytest.mark.parametrize("name", [name for name in ODDITIES if name not in {"empty", "half"}])
def test_the_sandbox_cleans_as_well(decoder, name):
    assert decoder.clean(ODDITIES[name]) == PlainDecoder().clean(ODDITIES[name])


@pytest.mark.parametrize("name", ODDITIES)
def test_what_is_renewed_is_what_was_cleaned_and_its_own_frames(decoder, name):
    renewed = shown(name, decoder.renew(ODDITIES[name]))
    assert renewed == shown(name, PlainDecoder().renew(ODDITIES[name]))
    if renewed.frames:
        assert renewed == shown(name, decoder.decode(decoder.clean(ODDITIES[name])))
    else:
        assert renewed == decoder.decode(ODDITIES[name])


def shown(name, picture):
    """A picture without its bytes where those hold the second in which they were written."""
    return replace(picture, data=b"", sha256="") if name == "moving avif" else picture


@pytest.mark.parametrize("make", [SandboxDecoder, PlainDecoder])
def test_a_picture_keeps_its_bytes_and_their_digest(make):
    with make() as decoder:
        for data, kind, trouble in [
            (PICTURE, "png", ""),
            (b"x", "", "unsupported"),
            (PICTURE[:50], "png", "corrupt"),
        ]:
            picture = decoder.decode(data)
            assert picture.data == data
            assert picture.sha256 == hashlib.sha256(data).hexdigest()
            assert (picture.kind, picture.trouble) == (kind, trouble)
            assert bool(picture.frames) != bool(picture.trouble)
        with pytest.raises(BadInput) as refused:
            decoder.clean(b"x")
        assert refused.value.code == "unsupported"


def test_it_is_shut_in(decoder):
    assert decoder.sandboxed


def test_many_threads_get_their_own_pictures(decoder):
    files = [saved(place(seed, (80 + seed, 60)), "png") for seed in range(12)]
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(decoder.decode, files * 3))
    assert [picture.frames[0].width for picture in found] == [80 + seed for seed in range(12)] * 3


def test_whoever_comes_when_too_many_wait_is_turned_away_at_once():
    with SandboxDecoder(workers=1, max_waiting=0) as decoder, decoder._child_for(PICTURE):
        started = time.monotonic()
        assert decoder.decode(PICTURE).trouble == "overloaded"
        assert decoder.renew(PICTURE).trouble == "overloaded"
        with pytest.raises(Overloaded):
            decoder.clean(PICTURE)
        assert time.monotonic() - started < 1


def test_whoever_waits_too_long_is_turned_away_and_the_place_is_free_again():
    with SandboxDecoder(workers=1, max_waiting=1, wait_seconds=0.05) as decoder:
        with decoder._child_for(PICTURE):
            for _ in range(3):
                assert decoder.decode(PICTURE).trouble == "overloaded"
        assert decoder.decode(PICTURE).frames


def test_whoever_waits_gets_the_next_free_child():
    with SandboxDecoder(workers=1, max_waiting=1) as decoder:
        with decoder._child_for(PICTURE):
            found = []
            waiting = threading.Thread(target=lambda: found.append(decoder.decode(PICTURE)))
            waiting.start()
        waiting.join(20)
        assert found[0].frames


def test_what_is_too_large_never_reaches_a_child():
    with (
        SandboxDecoder(Limits(max_bytes=100), workers=1, max_waiting=0) as decoder,
        decoder._child_for(b"GIF89a"),
    ):
        assert decoder.decode(PICTURE).trouble == "too_large"
        assert decoder.decode(b"x").trouble == "unsupported"


def test_a_closed_decoder_says_so_and_leaves_no_child():
    decoder = SandboxDecoder(workers=2)
    children = list(decoder._idle.queue)
    with decoder._child_for(PICTURE) as busy:
        decoder.close()
        assert busy.alive
    decoder.close()
    assert not any(child.alive for child in children)
    assert decoder.decode(PICTURE).trouble == "closed"
    with pytest.raises(SafetyUnavailable):
        decoder.clean(PICTURE)


def test_a_failure_of_ours_in_the_middle_costs_the_child_and_no_more():
    with SandboxDecoder(workers=1) as decoder:
        with pytest.raises(KeyboardInterrupt), decoder._child_for(PICTURE) as child:
            raise KeyboardInterrupt
        assert not child.alive
        assert decoder.decode(PICTURE).frames


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-I", "-c", "raise SystemExit(1)"),
        (sys.executable, "-I", "-c", "print('hello, this is something else')"),
    ],
)
def test_children_that_do_not_start_stop_everything(command):
    with pytest.raises(SetupTrouble):
        SandboxDecoder(workers=2, command=command)


def test_without_a_sandbox_nothing_starts_unless_it_was_allowed():
    code = (
        f"import sys; sys.modules['pyseccomp'] = None; sys.path[:] = [p for p in {sys.path!r} if p]\n"
        "from consentry.media.worker import main; main()"
    )
    command = (sys.executable, "-I", "-c", code)
    with pytest.raises(SetupTrouble) as refused:
        SandboxDecoder(workers=1, command=command)
    assert "allow_unsandboxed" in refused.value.next_step
    with SandboxDecoder(workers=1, command=command, allow_unsandboxed=True) as decoder:
        assert not decoder.sandboxed
        assert decoder.decode(PICTURE).frames


def test_a_child_that_cannot_be_started_now_is_tried_again_later():
    with SandboxDecoder(workers=1) as decoder:
        whole, decoder._command = decoder._command, ("/nowhere/at-all",)
        with pytest.raises(ZeroDivisionError), decoder._child_for(PICTURE):
            raise ZeroDivisionError
        assert decoder.decode(PICTURE).trouble == "crashed"
        decoder._command = whole
        assert decoder.decode(gif(1)).frames


def test_what_starts_late_starts_once_and_at_the_first_picture():
    started = []

    def start():
        started.append(PlainDecoder())
        return started[-1]

    late = LateDecoder(start)
    assert not started
    assert late.decode(PICTURE) == PlainDecoder().decode(PICTURE)
    assert late.clean(PICTURE) == PlainDecoder().clean(PICTURE)
    assert late.renew(PICTURE) == PlainDecoder().renew(PICTURE)
    assert len(started) == 1
