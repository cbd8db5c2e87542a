import base64
import json
import subprocess
import sys
from dataclasses import asdict

import pytest

from attacks.conftest import ROOT
from attacks.hostile_files import moving, saved, talkative
from consentry.media.child import COMMAND
from consentry.media.drawing import place
from consentry.media.limits import Limits
from consentry.media.worker import HEADER, SIZE, act

PICTURE = saved(place(2, (40, 30)), "png")
UNSHIELDED = f"""
import sys; sys.path.insert(0, {str(ROOT)!r}); sys.modules["pyseccomp"] = None
from consentry.media.worker import main; main()
"""


def run(orders, *, command=COMMAND, flag="0"):
    """Start a worker, give it `orders`, and bring its answers once it has ended."""
    sent = b"".join(HEADER.pack(order, len(data)) + data for order, data in orders)
    limits = json.dumps(asdict(Limits()))
    done = subprocess.run(
        [*command, limits, flag], input=sent, capture_output=True, timeout=60, check=False, env={}
    )
    said, answers = done.stdout, []
    while said:
        letter, length = HEADER.unpack_from(said)
        answers.append((letter, said[HEADER.size : HEADER.size + length]))
        said = said[HEADER.size + length :]
    return done.returncode, answers


def test_a_frame_is_its_size_and_its_pixels_and_then_comes_the_end():
    (letter, size, rgb), end = act(b"D", PICTURE, Limits())
    assert (letter, SIZE.unpack(size), len(rgb)) == (b"F", (40, 30, 0, 0), 40 * 30 * 3)
    assert end == (b"E", b"")


def test_notes_come_with_the_end():
    clear = place(2, (40, 30)).convert("RGBA")
    clear.putalpha(9)
    *_, end = act(b"D", saved(clear, "png", icc_profile=b"broken"), Limits())
    assert end == (b"E", b"profile_ignored transparent")


def test_a_cleaned_file_comes_with_its_own_frames():
    file, frame, end = act(b"N", talkative("png"), Limits())
    assert file == next(act(b"C", talkative("png"), Limits()))
    assert [frame, end] == list(act(b"D", file[1], Limits()))


@pytest.mark.parametrize("order", [b"D", b"C", b"N"])
def test_trouble_is_one_word(order):
    assert list(act(order, PICTURE[:60], Limits())) == [(b"T", b"corrupt")]


def test_it_warms_up_answers_in_order_and_ends_with_its_input():
    code, answers = run([(b"D", PICTURE), (b"C", PICTURE), (b"D", b"GIF89a")])
    assert code == 0
    assert answers[0] == (b"R", b"sandboxed")
    assert [letter for letter, _ in answers] == [b"R", b"F", b"E", b"B", b"T"]


def test_half_an_order_is_the_end():
    limits = json.dumps(asdict(Limits()))
    done = subprocess.run(
        [*COMMAND, limits, "0"],
        input=HEADER.pack(b"D", 100) + b"x",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, HEADER.pack(b"R", 9) + b"sandboxed")


def test_it_does_not_start_without_a_sandbox():
    command = (sys.executable, "-I", "-c", UNSHIELDED)
    assert run([(b"D", PICTURE)], command=command) == (1, [(b"X", b"")])


def test_it_starts_without_a_sandbox_if_that_was_allowed_and_says_so():
    command = (sys.executable, "-I", "-c", UNSHIELDED)
    code, answers = run([(b"D", PICTURE)], command=command, flag="1")
    assert code == 0
    assert answers[0] == (b"R", b"unsandboxed")
    assert answers[1][0] == b"F"


def test_nothing_is_imported_once_it_has_warmed_up():
    code = (
        f"import sys, json, base64; sys.path.insert(0, {str(ROOT)!r})\n"
        "from consentry.media.worker import act, warm\nfrom consentry.media.limits import Limits\n"
        "files = [base64.b64decode(one) for one in json.load(sys.stdin)]\n"
        "warm(Limits())\nbefore = set(sys.modules)\n"
        "for data in files:\n    for order in (b'D', b'C', b'N'):\n        list(act(order, data, Limits()))\n"
        "print(sorted(set(sys.modules) - before))"
    )
    kinds = ("jpeg", "png", "webp", "gif", "avif")
    files = [talkative(kind) for kind in kinds] + [moving(kind) for kind in kinds[1:]] + [PICTURE[:50]]
    sent = json.dumps([base64.b64encode(data).decode() for data in files])
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
