import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest

from attacks.hostile_files import saved
from consentry.core.errors import BadInput
from consentry.media.child import COMMAND, Child
from consentry.media.drawing import place
from consentry.media.limits import Limits

PICTURE = saved(place(2, (40, 30)), "png")


@pytest.fixture
def start():
    """Starts children with given limits and ends them after the test."""
    started = []

    def start(limits=None, command=COMMAND):
        started.append(Child([*command, json.dumps(asdict(limits or Limits())), "0"]))
        return started[-1]

    yield start
    for child in started:
        child.kill()


def test_a_child_is_asked_again_and_again(start):
    child = start()
    assert child.wait_ready()
    assert child.wait_ready()
    for _ in range(3):
        (frame,), notes = child.decode(PICTURE, Limits())
        assert (frame.width, frame.height, notes) == (40, 30, ())
    assert child.clean(PICTURE, Limits()).startswith(b"\x89PNG")
    cleaned, (again,), _ = child.renew(PICTURE, Limits())
    assert (cleaned, again) == (child.clean(PICTURE, Limits()), frame)


def test_trouble_leaves_the_child_well(start):
    child = start()
    child.wait_ready()
    with pytest.raises(BadInput):
        child.decode(PICTURE[:50], Limits())
    assert child.decode(PICTURE, Limits())


def test_a_killed_child_is_gone(start):
    child = start()
    child.wait_ready()
    child.kill()
    child.kill()
    assert not child.alive
    with pytest.raises((OSError, EOFError, ValueError)):
        child.decode(PICTURE, Limits())


def test_a_child_that_never_reads_does_not_hold_up_its_parent(start):
    child = start(command=("/bin/sleep", "30", "#"))
    os.set_blocking(child._stdin.fileno(), False)
    started = time.monotonic()
    with pytest.raises((TimeoutError, OSError, EOFError)):
        child.decode(bytes(5 << 20), Limits(seconds=0.3))
    assert time.monotonic() - started < 3


def test_a_child_inherits_no_secret(start, monkeypatch):
    monkeypatch.setenv("CONSENTRY_SECRET", "pepper")
    child = start()
    child.wait_ready()
    # Once shut in it is not even readable to its own user, and that is as good.
    with suppress(PermissionError):
        assert b"pepper" not in Path(f"/proc/{child.pid}/environ").read_bytes()
