"""Lists are read in every form they come in, and what cannot be used is counted, not guessed."""

import csv
import json

import pytest

from consentry.cli.bank_files import COLUMNS, Reading, exported
from consentry.core.bank import BankEntry, BankHashes, EntryStatus, SignalKind, frames_digest
from consentry.core.errors import BadInput
from consentry.matching.video import from_vpdq, to_vpdq
from support.stores import NOON

PDQ, MD5 = "0f" * 32, "0f" * 16


def every(reading, lines):
    for one in reading.listed(lines):
        yield from one.entries() if isinstance(one, BankHashes) else [one]


def read(*lines, **more):
    reading = Reading("BANK_A", NOON, **more)
    entries = list(every(reading, lines))
    return [(entry.signal.value, entry.value) for entry in entries], reading.malformed


@pytest.mark.parametrize(
    "lines",
    [
        (PDQ, MD5),
        ("\ufeff" + PDQ.upper() + "\r\n", "\n", f" {MD5} \n"),
        ("signal_type,signal_val\n", f"pdq,{PDQ}\n", f"video_md5,{MD5}\n"),
        ("hash,type,more\n", f"{PDQ},pdq,x\n", f"{MD5},,x\n"),
        (f'{{"signal_type": "pdq", "signal_val": "{PDQ}"}}', f'{{"hash": "{MD5}"}}'),
    ],
    ids=["plain", "untidy", "table", "other names", "json"],
)
def test_each_form_is_understood(lines):
    assert read(*lines) == ([("pdq", PDQ), ("md5", MD5)], [])


@pytest.mark.parametrize(
    ("lines", "bad"),
    [
        ((PDQ, "zz", PDQ[:-1]), [2, 3]),
        (("signal_type,signal_val\n", f"nope,{PDQ}\n", f"pdq,{MD5}\n", f"pdq,{PDQ}\n"), [2, 3]),
        (('{"hash": "' + PDQ + '"}', "[1]", '{"hash": 7}', "{"), [2, 3, 4]),
    ],
    ids=["plain", "table", "json"],
)
def test_a_line_that_cannot_be_used_is_passed_over_and_named(lines, bad):
    assert read(*lines) == ([("pdq", PDQ)], bad)


VIDEO = f'["{PDQ},100,0.000", "{PDQ[::-1]},90,1.500"]'


@pytest.mark.parametrize(
    "lines",
    [
        (VIDEO + "\n", PDQ),
        (PDQ, VIDEO),
        ("signal_type,signal_val", "vpdq,{}".format('"' + VIDEO.replace('"', '""') + '"'), f"pdq,{PDQ}"),
        (json.dumps({"vpdq": VIDEO, "signal_type": "vpdq", "signal_val": VIDEO}), json.dumps({"hash": PDQ})),
    ],
    ids=["plain", "in between", "table", "json"],
)
def test_a_video_is_understood_as_vpdq_writes_it(lines):
    reading = Reading("BANK_A", NOON)
    found = {entry.signal: entry for entry in every(reading, lines)}
    assert set(found) == {SignalKind.VPDQ, SignalKind.PDQ}
    assert found[SignalKind.VPDQ].frames == from_vpdq(VIDEO)
    assert found[SignalKind.VPDQ].value == frames_digest(from_vpdq(VIDEO))
    assert reading.malformed == []


@pytest.mark.parametrize("bad", ["[]", "[1", VIDEO.replace("100", "101"), f'["{PDQ},49,0.000"]'])
def test_a_video_that_cannot_be_found_by_anything_is_passed_over(bad):
    assert read(PDQ, bad) == ([("pdq", PDQ)], [2])


def test_sixty_four_digits_are_what_the_operator_says():
    assert read(PDQ, plain=SignalKind.SHA256)[0] == [("sha256", PDQ)]


def test_a_table_without_hashes_is_refused():
    with pytest.raises(BadInput):
        read("name,size\n", "a,1\n")


def test_nothing_is_no_list():
    assert read("", "\n") == ([], [])


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_was_exported_is_read_again_as_it_was(form):
    reading = Reading("BANK_A", NOON)
    lines = [
        "signal_type,signal_val,status,source_ref,case_refs",
        f'pdq,{PDQ},withdrawn,"a,""b",C-1;C-2',
        f"md5,{MD5},active,,",
        '"vpdq","{}",active,,'.format(VIDEO.replace('"', '""')),
    ]
    entries = list(every(reading, lines))
    assert list(every(Reading("BANK_A", NOON), exported(entries, form))) == entries
    assert list(exported(entries, "plain")) == [MD5, to_vpdq(from_vpdq(VIDEO))]


def test_a_cell_too_long_for_a_table_is_passed_over_and_the_rest_is_read():
    long = "x" * (csv.field_size_limit() + 1)
    assert read("hash,about", f"{long},a", f"{PDQ},b") == ([("pdq", PDQ)], [2])


MANY = [f"{number:064x}" for number in range(250)]


@pytest.mark.parametrize(
    "lines",
    [
        MANY,
        ["signal_type,signal_val\r\n", *(f"pdq,{one}\r\n" for one in MANY)],
        [",".join(COLUMNS), *(f"pdq,{one.upper()},active,," for one in MANY)],
        ["about,hash\n", *(f"anything at all,{one}\n" for one in MANY)],
    ],
    ids=["plain", "HMA's table", "our table", "another table"],
)
def test_hashes_of_which_nothing_more_is_said_come_together(lines):
    packed = bytes.fromhex("".join(MANY))
    assert list(Reading("BANK_A", NOON).listed(lines)) == [BankHashes("BANK_A", SignalKind.PDQ, packed, NOON)]


def test_of_a_hash_listed_twice_the_last_line_comes_last():
    lines = [",".join(COLUMNS), *(f"pdq,{one},,," for one in MANY), f"pdq,{MANY[0]},withdrawn,,"]
    first, last = Reading("BANK_A", NOON).listed(lines)
    assert isinstance(first, BankHashes)
    assert last == BankEntry("BANK_A", SignalKind.PDQ, MANY[0], NOON, status=EntryStatus.WITHDRAWN)


def test_what_more_a_row_says_is_not_passed_over():
    rows = [f"pdq,{PDQ},active,r,", f"pdq,{PDQ},active,,C-1", f"pdq,{PDQ},withdrawn,,"]
    entries = list(every(Reading("BANK_A", NOON), [",".join(COLUMNS), *rows]))
    assert [(one.source_ref, one.case_refs, one.status.value) for one in entries] == [
        ("r", (), "active"),
        ("", ("C-1",), "active"),
        ("", (), "withdrawn"),
    ]


def test_of_two_columns_with_hashes_the_first_that_has_one_counts():
    lines = ("hash,value,type\n", f"{MD5},{PDQ},pdq\n", f"{PDQ},,pdq\n", f"{PDQ},,md5\n")
    assert read(*lines) == ([("pdq", PDQ), ("pdq", PDQ)], [4])


def test_lines_are_counted_through_a_cell_that_runs_over_several():
    lines = ("hash,about\n", f'{PDQ},"two\n', 'lines"\n', f"{PDQ},x\n", "zz,x\n")
    assert read(*lines) == ([("pdq", PDQ), ("pdq", PDQ)], [5])
