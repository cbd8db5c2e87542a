"""`consentry gate try`: a file of prompts in, the same rows with what would happen out."""

import csv
import json

import pytest
from click.testing import CliRunner

from consentry.cli import ExitCode
from consentry.cli.gate import gate

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
