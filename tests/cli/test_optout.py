"""`consentry optout`, as an operator meets it."""

import json

from click.testing import CliRunner

from consentry.__main__ import main


def test_a_picture_is_registered_and_taken_back(tmp_path, photo):
    file, data = tmp_path / "portrait.png", ["--data", str(tmp_path / "data")]
    file.write_bytes(photo)
    made = json.loads(CliRunner().invoke(main, ["optout", "add", str(file), *data, "--json"]).output)
    assert (made["pictures"], made["only_by_file"]) == (1, 0)
    back = ["optout", "withdraw", made["reference"], *data, "--json", "--passphrase"]
    assert CliRunner().invoke(main, [*back, "six other words"]).exit_code == 2
    assert json.loads(CliRunner().invoke(main, [*back, made["passphrase"]]).output)["pictures"] == 1
