"""A pack is made for a key, verified by somebody with nothing but the pack and two keys, and read by eye."""

import json
from datetime import timedelta

import pyrage
import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.content import Stage
from consentry.core.entry import Kind, decision_record
from consentry.store.sql import open_store
from core.made import decision, reason
from support.fakes import CountingIds, StillClock


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("evidence")
    identity = pyrage.x25519.Identity.generate()
    (home / "me.key").write_text(f"# mine\n{identity}\n")
    (home / "me.pub").write_text(f"# theirs\n{identity.to_public()}\n")
    clock = StillClock()
    store = open_store(f"sqlite:///{home / 'consentry.db'}", clock, CountingIds())
    for number in range(6):
        account = "k1" if number % 2 else "k<2>"
        with store.begin() as tx:
            record = decision_record(
                f"dec_{number}",
                decision(reason(), stage=Stage.ASK),
                {},
                {"account": account, "route": "images.edits"},
            )
            tx.append(Kind.DECISION, record)
            tx.append(Kind.CASE, {"event": "hidden", "case": f"C-{number}", "decision": f"dec_{number}"})
        clock.time += timedelta(days=1)
    store.erase(3)
    store.close()
    return home


def run(*words):
    return CliRunner().invoke(main, ["evidence", *map(str, words)])


def made(home, *about, name="pack.age"):
    words = ("--to-key", home / "me.pub", "--out", home / name, "--by", "Ada", "--data", home, "--json")
    said = run("make", *about, *words)
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def verified(home, name="pack.age", *more):
    said = run("verify", home / name, "--identity", home / "me.key", *more, "--json")
    return said.exit_code, json.loads(said.stdout) if said.stdout else said.stderr


@pytest.mark.parametrize(
    ("about", "lines"),
    [
        (("--case", "C-0"), 1),
        (("--decision", "dec_2"), 2),
        (("--account", "k<2>"), 3),
        (("--route", "images.edits"), 6),
        (("--since", "2026-11-23", "--until", "2026-11-24"), 2),
        (("--from", "2026-11-24"), 8),
        (("--account", "k1", "--to", "2026-11-24"), 1),
    ],
)
def test_a_pack_holds_what_was_asked_for(home, about, lines):
    assert made(home, *about)["lines"] == lines
    code, found = verified(home)
    assert (code, found["intact"], found["lines"]) == (0, True, lines)


def test_what_the_log_does_not_know_makes_no_pack(home):
    for about in (("--case", "C-9"), ("--route", "k1"), ("--account", "images.edits")):
        said = run("make", *about, "--to-key", home / "me.pub", "--by", "Ada", "--data", home)
        assert said.exit_code == ExitCode.USER_ERROR
    for about in ((), ("--case", "C-0", "--route", "x")):
        said = run("make", *about, "--to-key", home / "me.pub", "--by", "Ada", "--data", home)
        assert said.exit_code == ExitCode.USER_ERROR


def test_an_erased_record_leaves_its_proof(home):
    made(home, "--from", "2026-11-22")
    assert verified(home)[1]["erased"] == 1


def test_somebody_else_opens_nothing_and_a_changed_byte_is_an_error(home):
    made(home, "--case", "C-0")
    assert run("verify", home / "pack.age").exit_code == ExitCode.USER_ERROR
    data = bytearray((home / "pack.age").read_bytes())
    data[-1] ^= 1
    (home / "bad.age").write_bytes(data)
    code, said = verified(home, "bad.age")
    assert code == ExitCode.USER_ERROR
    assert "was changed" in said


def test_unpacked_it_is_verified_as_well_and_each_changed_file_is_named(home, tmp_path):
    made(home, "--route", "images.edits")
    assert verified(home, "pack.age", "--unpack", tmp_path / "out")[0] == 0
    key = json.loads((tmp_path / "out" / "about.json").read_text())["key"]
    (tmp_path / "log.vkey").write_text(key)
    for file in sorted((tmp_path / "out").iterdir()):
        before = file.read_bytes()
        file.write_bytes(before[:-2] + bytes([before[-2] ^ 1]) + before[-1:])
        said = run("verify", tmp_path / "out", "--key", tmp_path / "log.vkey", "--json")
        assert said.exit_code == ExitCode.ALARM, file.name
        assert any(one.startswith(file.name) for one in json.loads(said.stdout)["problems"])
        file.write_bytes(before)
    assert run("verify", tmp_path / "out", "--key", tmp_path / "log.vkey").exit_code == 0


def test_the_page_for_people_asks_nobody_and_shows_names_as_they_are(home, tmp_path):
    made(home, "--account", "k<2>")
    verified(home, "pack.age", "--unpack", tmp_path / "out")
    page = (tmp_path / "out" / "summary.html").read_text()
    assert "Account k&lt;2&gt;" in page
    assert "k<2>" not in page
    assert "Said by r." in page
    assert "<script" not in page
    assert "src=" not in page
    assert "default-src 'none'" in page
    assert "@media print" in page


def test_a_pack_that_does_not_say_whose_it_is_needs_a_key(tmp_path):
    (tmp_path / "out").mkdir()
    assert run("verify", tmp_path / "out").exit_code == ExitCode.USER_ERROR
