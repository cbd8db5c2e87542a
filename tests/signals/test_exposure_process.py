import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from consentry.core.finding import Seen, Unavailable
from consentry.signals.exposure_process import ProcessDetector
from contracts.detector import DetectorContract
from contracts.pictures import flat, noise

MEASURES = frozenset({"exposure.explicit", "exposure.minimal"})

BRIGHTNESS = """
import json, sys, os
source, sink = sys.stdin.buffer, sys.stdout.buffer
while line := source.readline():
    asked = json.loads(line)
    rgb = source.read(asked["width"] * asked["height"] * 3)
    mean = sum(rgb) / len(rgb) / 255
    scores = {"exposure.explicit": mean, "exposure.minimal": 1 - mean, "other": 7}
    answer = {"id": asked["id"], "version": f"bright 1 {os.getpid()}", "scores": scores}
    sink.write(json.dumps(answer).encode())
    sink.write(b"\\n")
    sink.flush()
"""

ONE_ANSWER = """
import json, sys, time
asked = json.loads(sys.stdin.buffer.readline())
sys.stdin.buffer.read(asked["width"] * asked["height"] * 3)
reply = {REPLY}
sys.stdout.write(reply if isinstance(reply, str) else json.dumps(reply))
sys.stdout.write("\\n")
sys.stdout.flush()
time.sleep(60)
"""


def running(script, timeout=10.0, **more):
    return ProcessDetector([sys.executable, "-c", script], MEASURES, timeout, **({"start": timeout} | more))


def answering(expression, timeout=10.0):
    return running(ONE_ANSWER.replace("{REPLY}", expression), timeout)


def why(detector, frames=()):
    findings = detector.detect(list(frames) or [flat()])
    detector.close()
    assert {finding.signal for finding in findings} == MEASURES
    assert all(isinstance(finding, Unavailable) for finding in findings)
    (cause,) = {finding.why for finding in findings}
    return cause


@pytest.fixture
def bright():
    detector = running(BRIGHTNESS)
    yield detector
    detector.close()


class TestProcessDetector(DetectorContract):
    @pytest.fixture
    def detector(self):
        detector = running(BRIGHTNESS)
        yield detector
        detector.close()

    @pytest.fixture
    def broken(self):
        detector = running("raise SystemExit(1)")
        yield detector
        detector.close()


def test_it_sees_what_the_process_says(bright):
    found = {finding.signal: finding for finding in bright.detect([flat(51)])}
    assert found["exposure.explicit"].score == pytest.approx(0.2)
    assert found["exposure.minimal"].score == pytest.approx(0.8)
    assert found["exposure.explicit"].version.startswith("bright 1")


def test_the_process_goes_on_from_picture_to_picture(bright):
    assert len({bright.detect([flat(value)])[0].version for value in (1, 2, 3)}) == 1


def test_threads_take_turns_and_get_their_own_answers(bright):
    values = list(range(0, 250, 10))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda value: bright.detect([flat(value)])[0].score, values))
    assert found == pytest.approx([value / 255 for value in values])


def test_a_process_that_died_is_started_afresh_for_the_next_picture(bright):
    (before, *_) = bright.detect([flat()])
    bright._child.kill()
    bright._child.wait()
    (after, *_) = bright.detect([flat()])
    assert isinstance(after, Seen)
    assert after.version != before.version


def test_a_process_that_dies_while_it_reads_could_not_look_and_the_next_one_can():
    detector = running("import sys; sys.stdin.buffer.read(100); raise SystemExit(1)")
    assert why(detector, [noise(1, 1024)]) == "detector gone"


@pytest.mark.parametrize("frame", [flat(), noise(1, 1024)])
def test_a_process_that_hangs_is_given_up_on_in_time(frame):
    started = time.monotonic()
    assert why(running("import time; time.sleep(60)", timeout=0.5), [frame]) == "timeout"
    assert time.monotonic() - started < 3


def test_a_process_that_drips_its_answer_is_given_up_on():
    drip = "import sys, time\nwhile True:\n  sys.stdout.write('{'); sys.stdout.flush(); time.sleep(0.05)"
    assert why(running(drip, timeout=0.6)) == "timeout"


def test_only_the_first_picture_after_a_start_may_take_longer():
    slow = BRIGHTNESS.replace("import json, sys, os", "import json, sys, os, time; time.sleep(0.8)")
    detector = running(slow, timeout=0.4, start=10.0)
    assert isinstance(detector.detect([flat()])[0], Seen)
    assert detector._started_until == 0.0
    assert isinstance(detector.detect([flat()])[0], Seen)
    detector.close()


def test_waiting_for_ones_turn_counts_as_well():
    detector = running("import time; time.sleep(60)", timeout=0.5)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: detector.detect([flat()])[0].why, range(3)))
    detector.close()
    assert set(found) <= {"timeout", "detector busy"}


def test_a_command_that_is_not_there_could_not_look():
    assert why(ProcessDetector(["/no/such/detector"], MEASURES)) == "detector gone"


@pytest.mark.parametrize(
    "expression",
    [
        "'not json'",
        "'[1, 2]'",
        "'null'",
        "{'id': asked['id']}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': float('nan')}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': float('inf')}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': -0.1}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': 1.1}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': None}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': '0.1'}}",
        "{'id': asked['id'], 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': True}}",
        "{'id': asked['id'], 'scores': [0.1, 0.1]}",
    ],
)
def test_an_answer_that_is_no_score_is_no_look(expression):
    assert why(answering(expression)) == "unusable answer"


@pytest.mark.parametrize(
    "expression",
    [
        "{'id': 99, 'scores': {'exposure.explicit': 0.1, 'exposure.minimal': 0.1}}",
        (
            "json.dumps({'id': asked['id'],"
            " 'scores': {'exposure.explicit': 0, 'exposure.minimal': 0}}) + '\\nmore'"
        ),
    ],
)
def test_an_answer_that_belongs_to_another_question_is_no_look(expression):
    assert why(answering(expression)) == "answer to another question"


def test_an_answer_without_end_is_no_look():
    assert why(answering("'x' * 100_000")) == "answer too long"


def test_one_bad_answer_among_the_frames_spoils_all_of_them():
    assert why(answering("{'id': 1, 'scores': {}}"), [flat(1), flat(2)]) == "unusable answer"


def test_the_process_does_not_get_our_secrets(monkeypatch):
    monkeypatch.setenv("CONSENTRY_PEPPER", "hush")
    reply = (
        "{'id': asked['id'], 'version': str(__import__('os').environ.get('CONSENTRY_PEPPER'))"
        " + str(__import__('os').environ.get('WEIGHTS')),"
        " 'scores': {'exposure.explicit': 0, 'exposure.minimal': 0}}"
    )
    script = ONE_ANSWER.replace("{REPLY}", reply)
    detector = running(script, env={"WEIGHTS": "here"})
    assert detector.detect([flat()])[0].version == "Nonehere"
    detector.close()


def test_no_frame_is_no_look(bright):
    assert all(isinstance(finding, Unavailable) for finding in bright.detect([]))


def test_closing_twice_is_fine(bright):
    bright.detect([flat()])
    bright.close()
    bright.close()


def test_closing_does_not_wait_for_an_answer_that_does_not_come():
    detector = running("import time; time.sleep(60)", timeout=30.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(detector.detect, [flat()])
        while detector._child is None:
            time.sleep(0.01)
        before = time.monotonic()
        detector.close()
        found = waiting.result()
    assert time.monotonic() - before < 10
    assert all(isinstance(finding, Unavailable) for finding in found)


def test_once_closed_it_starts_no_process_again(bright):
    bright.close()
    assert why(bright) == "detector closed"
