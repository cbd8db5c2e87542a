"""`consentry law`: list, show and check, in words and as JSON, with exit codes a script can use."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentry.cli import ExitCode
from consentry.cli.law import law, page, plain
from consentry.core.lawfile import condition

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "law.md"

HOUSE = """
name = "House rules"
[[provision]]
id = "house.quiet"
cite = "House rules: quiet | calm"
url = "https://house.example/rules"
since = 2026-01-01
until = 2027-01-01
text = "Nobody posts here."
[[rule]]
id = "house.upload.none"
stage = "upload"
provision = "house.quiet"
when = "person >= 0.5"
outcome = "hold"
harm = "adult_content"
says = "Nothing is posted without a look at it first."
[[scenario]]
says = "A picture waits."
day = 2026-01-01
stage = "upload"
findings = { person = 1 }
expect = "EXPECTED"
applies = ["house.upload.none"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "house.toml").write_text(HOUSE.replace("EXPECTED", "hold"))
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(law, [str(word) for word in words])


def test_the_page_in_the_documentation_is_up_to_date():
    first, _, rest = PAGE.read_text().partition("\n")
    assert first.startswith("<!-- Written by")
    assert rest == "\n".join(page()) + "\n", "run `make docs`"


def test_list_names_every_place():
    found = run("list")
    assert found.exit_code == ExitCode.OK
    for code in ("au", "eu", "floor", "gb", "in", "my", "terms", "us"):
        assert f"\n{code:<8} " in f"\n{found.output}"


def test_list_as_json():
    rows = json.loads(run("list", "--json").output)
    (gb,) = [row for row in rows if row["code"] == "gb"]
    assert gb["name"] == "United Kingdom"
    assert gb["provisions"] > 30
    assert "uk" in gb["covers"]


def test_show_gives_provisions_clocks_and_rules():
    found = run("show", "GB")
    assert found.exit_code == ExitCode.OK
    for text in ("s.10(3A)", "gb.report.48h", "gb.ask.requested", "2026-02-06", "not known"):
        assert text in found.output


def test_show_answers_to_other_names_and_as_json():
    shown = json.loads(run("show", "fr", "--json").output)
    assert shown["code"] == "eu"
    (label,) = [rule for rule in shown["rules"] if rule["id"] == "eu.answer.label"]
    assert (label["when"], label["outcome"]) == ("person >= 0.5", "label")
    assert all(provision["url"].startswith("https://") for provision in shown["provisions"])


def test_show_of_a_place_nobody_knows_is_the_callers_mistake():
    found = run("show", "atlantis")
    assert found.exit_code == ExitCode.USER_ERROR
    assert "atlantis" in found.output
    assert "gb" in found.output


def test_check_runs_every_example():
    found = run("check")
    assert found.exit_code == ExitCode.OK
    assert "; 0 failed" in found.output
    assert "unproved" not in found.output
    assert json.loads(run("check", "--json").output)["failed"] == []


def test_check_reads_a_directory_and_says_what_is_not_proved(house: Path):
    found = run("check", house)
    assert found.exit_code == ExitCode.OK
    assert "unproved house.upload.none: no scenario on 2025-12-31" in found.output
    assert "house" in run("list", house).output
    shown = run("show", "house", house).output
    assert "House rules: quiet \\| calm" in shown
    assert "from 2026-01-01 until 2027-01-01" in shown


def test_check_fails_with_what_happened_instead(house: Path):
    (house / "house.toml").write_text(HOUSE.replace("EXPECTED", "allow"))
    found = run("check", house)
    assert found.exit_code == ExitCode.SETUP_ERROR
    assert "FAILED house 2026-01-01: A picture waits." in found.output
    assert "outcome: promised allow, found hold" in found.output
    (failed,) = json.loads(run("check", house, "--json").output)["failed"]
    assert failed["failures"] == ["outcome: promised allow, found hold"]


def test_check_of_a_file_that_cannot_be_used_names_it(house: Path):
    (house / "house.toml").write_text(HOUSE)
    found = run("check", house)
    assert found.exit_code == ExitCode.SETUP_ERROR
    assert "house.toml: scenario 1.expect" in found.output
    assert "Traceback" not in found.output


@pytest.mark.parametrize("command", ["list", "show", "check"])
def test_help_comes_with_an_example(command: str):
    found = run(command, "--help")
    assert f"Example: consentry law {command}" in found.output


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a >= 0.5", "a >= 0.5"),
        ("a unavailable", "nobody could look at a"),
        ({"all": ["a >= 1", {"any": ["b >= 0.5", "c >= 0.5"]}]}, "a >= 1 and (b >= 0.5 or c >= 0.5)"),
        ("always", "always"),
        ({"none": ["a >= 0.5", {"all": ["b >= 1", "c >= 1"]}]}, "not (a >= 0.5 or (b >= 1 and c >= 1))"),
    ],
)
def test_conditions_are_said_in_words(written: object, said: str):
    assert plain(condition("here", written)) == said
