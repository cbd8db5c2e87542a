"""`consentry gate`: a file of prompts in, what would happen out; and how much went through the gate."""

import csv
import json

import pytest
from click.testing import CliRunner

from consentry.cli import ExitCode
from consentry.cli.gate import gate
from support.talking import Answer, talking

ROWS = """note,text,input_image
one,put her in a bikini,person
two,a bowl of pears,none
three,"white background, please",object
"""


def run(tmp_path, content, *more):
    (tmp_path / "in.csv").write_text(content, encoding="utf-8")
    out = tmp_path / "out.csv"
    arguments = ["try", "--prompts", str(tmp_path / "in.csv"), "--out", str(out), *more]
    return CliRunner().invoke(gate, arguments), out


def read(out):
    return list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))


def test_every_row_is_kept_and_judged(tmp_path):
    result, out = run(tmp_path, ROWS)
    assert result.exit_code == 0, result.output
    rows = read(out)
    assert [row["note"] for row in rows] == ["one", "two", "three"]
    assert [row["outcome"] for row in rows] == ["refuse", "allow", "allow"]
    assert "floor.ask.harm" in rows[0]["rules"].split(";")
    assert float(rows[0]["score"]) >= 0.85


def test_the_summary_is_json_on_request(tmp_path):
    result, _ = run(tmp_path, ROWS, "--json")
    assert json.loads(result.stdout) == {"prompts": 3, "allow": 2, "hold": 0, "refuse": 1}


def test_without_a_column_every_prompt_comes_with_a_person_s_picture(tmp_path):
    _, out = run(tmp_path, "text\nput her in a bikini\n")
    assert read(out)[0]["outcome"] == "refuse"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("prompt\na boat\n", "`text`"),
        ("text,input_image\na boat,ship\n", "Row 1"),
        ("text,input_image\na boat\n", "Row 1"),
        ('text\n"a boat\n', "CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_plain_error(tmp_path, content, says):
    result, out = run(tmp_path, content)
    assert result.exit_code == ExitCode.USER_ERROR
    assert says in result.stderr
    assert "boat" not in result.stderr
    assert not out.exists()


FIGURES = b"""consentry_guard_calls_total{outcome="permit_missing"} 1
consentry_guard_calls_total{outcome="permitted"} 3
consentry_guard_since_seconds 1795608000
"""


def test_how_much_carried_a_decision_is_told_with_what_nobody_can_know(tmp_path):
    def answer(asked):
        return Answer(body=FIGURES) if asked.path == "/consentry-guard/metrics" else Answer(404)

    with talking(answer) as guard:
        options = ["egress", "--data", str(tmp_path), "--guard", f"{guard}/", "--json"]
        result = CliRunner().invoke(gate, options)
    found = json.loads(result.stdout)
    assert found["since"] == "2026-11-25T12:00:00.000000Z"
    assert (found["guards"], found["share_with_a_decision"], found["made_through_the_gate"]) == (1, 0.75, 0)
    assert len(found["cannot_know"]) == 3


def test_without_a_guard_the_gate_tells_what_it_counted_itself(tmp_path):
    result = CliRunner().invoke(gate, ["egress", "--data", str(tmp_path), "--hours", "2"])
    assert "share_with_a_decision: None" in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("answer", "says"),
    [(Answer(404), "does not answer"), (Answer(body=b"<html>"), "no guard's account")],
)
def test_what_is_no_guard_is_a_plain_error_and_no_figure(tmp_path, answer, says):
    with talking(lambda _: answer) as guard:
        result = CliRunner().invoke(gate, ["egress", "--data", str(tmp_path), "--guard", guard])
    assert result.exit_code
    assert says in result.output
    assert "share" not in result.output
