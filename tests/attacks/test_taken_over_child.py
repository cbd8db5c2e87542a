"""What a child can do once a picture has taken it over: nothing, and the next picture is read."""

import os
import signal
import threading
import time

import pytest

from attacks.hostile_files import gif, saved
from consentry.core.errors import BadInput
from consentry.media.drawing import place
from consentry.media.limits import Limits

PICTURE = saved(place(3, (64, 48)), "png")


@pytest.mark.parametrize(
    "deed",
    ["open", "create", "list", "stat", "socket", "pair", "fork", "clone", "exec", "kill", "memory"],
)
def test_a_child_that_tries_to_reach_out_is_denied_and_lives(hostile, deed):
    decoder = hostile(deed, Limits(memory_mib=400))
    (child,) = decoder._idle.queue
    assert decoder.decode(PICTURE).trouble == "unsupported"
    assert decoder.decode(PICTURE).trouble == "unsupported"
    assert [child] == list(decoder._idle.queue)
    assert child.alive


@pytest.mark.parametrize("deed", ["bpf", "keyring", "errors", "read", "code", "segfault", "abort", "exit"])
def test_a_child_that_does_what_no_decoder_does_dies(hostile, deed):
    decoder = hostile(deed)
    (child,) = decoder._idle.queue
    assert decoder.decode(PICTURE).trouble == "crashed"
    assert not child.alive


@pytest.mark.parametrize(
    "deed", ["longer", "shorter", "vast", "empty", "letter", "word", "note", "endless", "silent"]
)
def test_a_child_that_lies_is_replaced_and_none_of_it_is_believed(hostile, deed):
    decoder = hostile(deed, Limits(seconds=0.7, max_frames=8))
    (child,) = decoder._idle.queue
    picture = decoder.decode(PICTURE)
    assert picture.trouble == ("timeout" if deed == "silent" else "crashed")
    assert picture.frames == ()
    assert not child.alive


def test_a_child_that_loops_is_killed_in_time_and_the_next_picture_is_read(hostile):
    decoder = hostile("loop", Limits(seconds=1.0))
    started = time.monotonic()
    assert decoder.decode(gif(1)).trouble == "timeout"
    assert time.monotonic() - started < 3
    with pytest.raises(BadInput) as trouble:
        decoder.clean(gif(1))
    assert trouble.value.code == "timeout"
    assert len(_patient(decoder, PICTURE).frames) == 1


def test_a_child_killed_in_the_middle_costs_one_picture(hostile):
    decoder = hostile("loop", Limits(seconds=20.0))
    (child,) = decoder._idle.queue
    killer = threading.Timer(0.4, os.kill, (child.pid, signal.SIGKILL))
    killer.start()
    assert decoder.decode(gif(1)).trouble == "crashed"
    killer.join()
    assert len(decoder.decode(PICTURE).frames) == 1


def test_a_child_killed_while_idle_costs_nothing(hostile):
    decoder = hostile("loop")
    (child,) = decoder._idle.queue
    os.kill(child.pid, signal.SIGKILL)
    while child.alive:
        time.sleep(0.01)
    assert len(decoder.decode(PICTURE).frames) == 1


def _patient(decoder, data):
    """Decode where the limit is short and the machine may be busy: a child must first warm up again."""
    for _ in range(5):
        picture = decoder.decode(data)
        if picture.frames:
            break
    return picture
