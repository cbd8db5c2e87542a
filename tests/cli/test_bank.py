"""Banks are kept from the command line, beside a server or without one."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.banks.listed import ListedPictures
from consentry.core.candidate import Candidate, CandidateState
from consentry.core.match import NEAR, Match, Method, Region
from consentry.matching.hasher import PdqHasher
from consentry.media.decoder import PlainDecoder
from consentry.media.limits import VIDEO_LIMITS
from consentry.store.sql import open_store
from consentry.store.system import RandomIds
from support.fakes import NOW, StillClock
from support.videos import encoded, film

PDQ = "0f" * 32


@pytest.fixture
def run(tmp_path):
    def run(*arguments, ends=0):
        found = CliRunner().invoke(main, ["bank", *arguments, "--data", str(tmp_path / "data")])
        assert found.exit_code == ends, found.output
        return found.stdout

    return run


@pytest.fixture
def listed(tmp_path):
    def listed(*values):
        file = tmp_path / "list.txt"
        file.write_text("\n".join(values))
        return str(file)

    return listed


def test_a_bank_is_made_filled_read_out_and_removed(run, listed):
    assert json.loads(run("create", "OURS", "--radius", "20", "--json"))["radius"] == 20
    assert json.loads(run("list", "--json"))["name"] == "OURS"
    taken = json.loads(run("import", "OURS", listed(PDQ, "bad", "1f" * 32), "--json"))
    assert (taken["taken_in"], taken["malformed"], taken["malformed_lines"]) == (2, 1, [2])
    assert json.loads(run("status", "OURS", "--json"))["active"] == {"pdq": 2}
    assert run("export", "OURS", "--format", "plain").split() == [PDQ, "1f" * 32]
    assert json.loads(run("delete", "OURS", "--yes", "--json")) == {"bank": "OURS", "removed": 2}


def test_a_whole_list_withdraws_what_it_leaves_out(run, listed):
    run("create", "OURS")
    run("import", "OURS", listed(PDQ, "1f" * 32))
    again = json.loads(run("import", "OURS", listed("1f" * 32, "2f" * 32), "--whole", "--json"))
    assert again["withdrawn"] == 1
    assert run("export", "OURS", "--format", "plain").split() == ["1f" * 32, "2f" * 32]


def test_a_video_on_a_list_is_found_by_its_copy_until_the_list_leaves_it_out(run, listed, tmp_path):
    frames, other = film([1, 2, 3], each=1), film([4, 5], each=1)
    file = tmp_path / "film.mp4"
    file.write_bytes(encoded(frames))
    hashed = json.loads(CliRunner().invoke(main, ["hash", str(file)]).stdout)
    run("create", "OURS")
    assert json.loads(run("import", "OURS", listed(hashed["vpdq"]), "--json"))["taken_in"] == 1
    assert json.loads(run("status", "OURS", "--json"))["active"] == {"vpdq": 1}
    assert run("export", "OURS", "--format", "plain").strip() == hashed["vpdq"]

    store = open_store(f"sqlite:///{tmp_path}/data/consentry.db", StillClock(), RandomIds())
    finder, decoder = ListedPictures(store), PlainDecoder(VIDEO_LIMITS)

    def found(video):
        return finder.find(PdqHasher().looks(decoder.decode(encoded(video, "webm", size=(240, 180)))), NEAR)

    assert [match.source for match in found(frames[10:40])] == ["OURS"]
    assert not found(other)
    run("import", "OURS", listed(PDQ), "--whole")
    assert not found(frames[10:40])
    store.close()


def test_what_cannot_be_ends_with_two(run, listed):
    run("create", "lower", ends=2)
    run("import", "NOPE", listed(PDQ), ends=2)
    run("status", "NOPE", ends=2)
    run("create", "OURS")
    run("create", "OURS", ends=2)
    run("import", "OURS", listed("not", "hashes"), ends=2)


def test_candidates_are_listed_by_what_became_of_them(run, tmp_path):
    run("create", "OURS")
    region = Region(0.25, 0.0, 1.0, 0.5)
    part = Match("case:1", "case", Method.PARTIAL, 44, "C-1", "mirrored", region)
    store = open_store(f"sqlite:///{tmp_path}/data/consentry.db", StillClock(), RandomIds())
    with store.begin() as tx:
        tx.add_candidate(Candidate("cnd_1", "upl_1", part, NOW))
        tx.add_candidate(Candidate("cnd_2", "upl_2", part, NOW, CandidateState.DISMISSED))
    store.close()
    shown = json.loads(run("candidates", "--json"))
    assert shown["region"] == {"left": 0.25, "top": 0.0, "right": 1.0, "bottom": 0.5}
    assert [shown[name] for name in ("candidate", "upload", "method", "distance")] == [
        "cnd_1", "upl_1", "partial", 44
    ]  # fmt: skip
    assert "cnd_2" in run("candidates", "--state", "dismissed")
    assert run("candidates", "--state", "confirmed") == ""
