"""A picture file's hashes are a line of JSON; a file that is no picture says so."""

import hashlib
import json

from click.testing import CliRunner
from PIL import Image

from consentry.__main__ import main
from consentry.matching import from_vpdq, hash_image
from support.videos import encoded, film
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


def test_a_video_has_the_hash_of_each_frame_that_was_kept(tmp_path):
    data = encoded(film([1, 2], each=0.4))
    (tmp_path / "film.mp4").write_bytes(data)
    (tmp_path / "black.webm").write_bytes(encoded([Image.new("RGB", (64, 48))] * 3, "webm"))
    (tmp_path / "cut.mp4").write_bytes(data[:-100])
    found = CliRunner().invoke(main, ["hash", *map(str, sorted(tmp_path.iterdir()))])
    black, cut, whole = map(json.loads, found.stdout.splitlines())
    assert (found.exit_code, whole["file"], cut["trouble"]) == (2, "film.mp4", cut["trouble"])
    assert len(from_vpdq(whole["vpdq"])) > 2
    assert whole["md5"] == hashlib.md5(data).hexdigest()
    assert "pdq" not in whole
    assert (len(from_vpdq(black["vpdq"])), black["quality"]) == (1, 0)
