"""What was changed in a pack is found and named, whatever it was."""

import json
from dataclasses import replace

import pytest

from consentry.core import evidence, merkle
from consentry.core.checkpoint import Checkpoint, VerifierKey, sign
from consentry.core.entry import Kind, Line, canonical, decision_record, seal
from consentry.core.errors import BadInput
from consentry.core.evidence import (
    CHECKPOINT,
    LINES,
    MANIFEST,
    NOTE,
    Proved,
    check,
    lines_file,
    manifest,
    row,
    timeline_file,
    vouched,
)
from core.made import NOON, decision, reason

PUBLIC = b"k" * 32
KEY = VerifierKey("log.example", PUBLIC).text()


def signer(message):
    return (message * 64)[:32] + PUBLIC


def verify(public, signature, message):
    return public == PUBLIC and signature == signer(message)


def line(index, kind=Kind.DECISION, record=None):
    data = canonical(
        decision_record(f"dec_{index}", decision(reason()), {}, {}) if record is None else record
    )
    salt = bytes([index]) * 32
    return Line(index, seal(kind, NOON, data, salt), data, salt)


LINES_ = [
    line(0),
    line(1, Kind.CASE, {"event": "hidden", "case": "C-1"}),
    line(2, Kind.CASE, {"case": "C-1", "words": 'a, "b"'}),
    line(3),
]


def noted(statement):
    return sign(statement, "log.example", PUBLIC, signer).encode()


def pack(lines=LINES_, **changes):
    nodes = {}
    for index, one in enumerate(LINES_):
        for level, place, made in merkle.appended(
            index, merkle.leaf_hash(one.entry.leaf()), lambda level, place: nodes[level, place]
        ):
            nodes[level, place] = made

    def node(level, place):
        return nodes[level, place]

    proved = [Proved(one, merkle.inclusion(one.index, 4, node)) for one in lines]
    files = {
        LINES: lines_file(proved),
        CHECKPOINT: noted(Checkpoint("log.example", 4, merkle.root(4, node))),
        "other.json": b"{}",
        **changes,
    }
    made = manifest(files)
    return {**files, MANIFEST: made, NOTE: noted(vouched("log.example", made))}


def problems(files, key=KEY):
    return list(check(files, key, verify).problems)


def test_an_untouched_pack_is_intact():
    found = check(pack(), KEY, verify)
    assert (found.lines, found.erased, found.size, found.problems) == (4, 0, 4, ())


def test_an_erased_record_proves_its_place_and_says_nothing():
    erased = [replace(LINES_[1], record=None, salt=None), LINES_[3]]
    found = check(pack(erased), KEY, verify)
    assert (found.lines, found.erased, found.problems) == (2, 1, ())


def test_a_changed_byte_anywhere_is_named():
    for name in pack():
        files = pack()
        for at in (0, len(files[name]) // 2, len(files[name]) - 1):
            changed = bytearray(files[name])
            changed[at] ^= 1
            assert any(one.startswith(name) for one in problems({**files, name: bytes(changed)})), (name, at)


def test_what_is_missing_or_added_is_named():
    files = pack()
    for name in files:
        assert any(
            one.startswith(name)
            for one in problems({other: files[other] for other in files if other != name})
        )
    assert problems({**files, "extra.txt": b""}) == ["extra.txt was added"]
    fewer = {name: data for name, data in files.items() if name != "other.json"}
    assert problems(fewer) == ["other.json is missing"]


def test_a_forged_manifest_is_found_though_every_digest_in_it_is_right():
    files = pack() | {"other.json": b"[]"}
    files[MANIFEST] = manifest({name: data for name, data in files.items() if name not in {MANIFEST, NOTE}})
    assert problems(files) == [f"{MANIFEST} was changed"]


def test_another_key_vouches_for_nothing():
    other = VerifierKey("log.example", b"j" * 32).text()
    assert problems(pack(), other)[0].startswith(NOTE)
    assert problems(pack(), other)[-1].startswith(CHECKPOINT)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"record": "{}"}, "its record is not the one written"),
        ({"salt": "00" * 32}, "its record is not the one written"),
        ({"line": 0}, "is not in the log"),
        ({"path": []}, "is not in the log"),
        ({"leaf": "AAAA"}, "cannot be read"),
        ({"salt": None}, "cannot be read"),
        ({"path": 1}, "cannot be read"),
    ],
)
def test_a_forged_line_is_found_though_the_whole_pack_is_signed(change, says):
    texts = pack()[LINES].decode().splitlines()
    forged = json.dumps(json.loads(texts[1]) | change)
    files = pack(**{LINES: "\n".join([texts[0], forged, *texts[2:]]).encode()})
    (found,) = problems(files)
    assert found.startswith(f"{LINES}:2")
    assert says in found


def test_a_line_of_another_log_is_not_in_this_one():
    stranger = json.loads(pack()[LINES].decode().splitlines()[0])
    fork = line(0, record={"event": "other"})
    made = json.loads(Proved(fork, ()).text()) | {"path": stranger["path"]}
    (found,) = problems(pack(**{LINES: json.dumps(made).encode()}))
    assert "is not in the log" in found


def test_what_is_no_key_is_refused():
    with pytest.raises(BadInput):
        check(pack(), "log.example", verify)


def test_a_manifest_that_is_none_is_said():
    for bad in (b"", b"[]", b'{"files": 1}', b"\xff"):
        assert f"{MANIFEST} cannot be read" in problems({**pack(), MANIFEST: bad})


def test_a_line_in_short_names_what_happened():
    decided = row(LINES_[0])
    assert (decided["event"], decided["outcome"], decided["decision"]) == ("decided", "refuse", "dec_0")
    assert (row(LINES_[1])["event"], row(LINES_[1])["case"]) == ("hidden", "C-1")
    assert row(LINES_[2])["event"] == "case"
    assert row(replace(LINES_[1], record=None, salt=None))["event"] == "erased"
    about = line(0, record=decision_record("dec_9", decision(reason()), {}, {"case": "C-2"}))
    assert row(about)["case"] == "C-2"


def test_a_timeline_is_csv_that_no_sheet_takes_for_a_formula():
    hostile = line(0, Kind.CASE, {"event": "=1+1", "case": 'a,"b"'})
    text = timeline_file([hostile]).decode()
    assert text.startswith("line,at,kind,event,outcome,decision,case\r\n")
    assert text.endswith(',case,\'=1+1,,,"a,""b"""\r\n')


def test_what_is_signed_for_a_pack_passes_for_no_checkpoint_of_the_log():
    assert vouched("log.example", b"x").origin == "log.example evidence"
    assert evidence.digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
