"""`consentry bank sync` and `lag` against a real service, a real file and a real database."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from support.sources import FUNCTION, SUBSCRIPTION, StopNciiServer, a_row, hex_of
from support.talking import talking


@pytest.fixture
def run(tmp_path):
    """Runs a command with settings for a service and a file."""
    server, file = StopNciiServer([a_row(at, 1_700_000_000 + at) for at in range(1, 1001)]), tmp_path / "list"
    file.write_text(hex_of(1))
    with talking(server) as url:
        flags = [
            *("--data", str(tmp_path / "data")),
            *("--exchanges", f"STOP_NCII=stopncii:{url}; OURS=listfile:{file}"),
            *("--stopncii-key", FUNCTION, "--stopncii-subscription", SUBSCRIPTION),
        ]
        yield lambda *words: CliRunner().invoke(main, ["bank", *words, *flags])


def test_a_bank_is_synced_and_its_lag_told(run):
    done = run("sync", "STOP_NCII", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["taken"], told["lag_seconds"], told["under_way"]) == (1000, 0.0, False)
    assert FUNCTION not in done.output
    lines = [json.loads(line) for line in run("lag", "--json").stdout.splitlines()]
    assert [line["bank"] for line in lines] == ["STOP_NCII", "OURS"]
    assert lines[0]["lag_seconds"] < 60
    assert lines[1]["lag_seconds"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["sync", "NOBODY"], 2),
        (["sync", "STOP_NCII", "--exchanges", "STOP_NCII=carrier-pigeon"], 3),
        (["lag", "--exchanges", "small=stopncii"], 2),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(run, words, code, tmp_path):
    done = CliRunner().invoke(main, ["bank", *words, "--data", str(tmp_path / "data")])
    assert done.exit_code == code
    assert "Traceback" not in done.output
