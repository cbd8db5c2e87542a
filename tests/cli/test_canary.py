"""`consentry canary run` says of every route what came of it, and ends with 5 where somebody must look."""

import json

from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.route import OWN
from support.running import free_port


def test_a_server_that_is_not_there_is_told_and_alarms(tmp_path):
    words = [
        "canary",
        "run",
        "--data",
        str(tmp_path),
        "--canary-url",
        f"http://127.0.0.1:{free_port()}/",
        "--json",
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == ExitCode.ALARM
    assert json.loads(done.stdout) == dict.fromkeys(OWN, "unreached")
    assert "consentry route list" in done.stderr
