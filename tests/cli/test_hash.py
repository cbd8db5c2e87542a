"""A picture file's hashes are a line of JSON; a file that is no picture says so."""

import hashlib
import json

from click.testing import CliRunner

from consentry.__main__ import main
from consentry.matching import hash_image
from web.test_hma import PICTURE


def test_each_file_is_a_line(tmp_path):
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    (tmp_path / "b.txt").write_bytes(b"text")
    files = [str(tmp_path / name) for name in ("a.jpg", "b.txt", "none.png")]
    found = CliRunner().invoke(main, ["hash", *files])
    good, text, absent = map(json.loads, found.stdout.splitlines())
    assert found.exit_code == 2
    assert good["pdq"] == good["dihedral"][0] == hash_image(PICTURE).hex
    assert len(set(good["dihedral"])) == 8
    assert good["md5"] == hashlib.md5(PICTURE).hexdigest()
    assert good["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert good["quality"] >= 50
    assert text["trouble"]
    assert absent["trouble"]
    assert CliRunner().invoke(main, ["hash", files[0]]).exit_code == 0
