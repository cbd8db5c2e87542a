"""A file is the whole list: what is in it matches, what is not in it any more does not."""

import json

import pytest

from consentry.banks import listfile
from consentry.banks.listfile import ListFile
from consentry.core.bank import SignalKind
from consentry.core.errors import UpstreamTrouble
from consentry.core.exchange import says_children
from contracts.exchange import ExchangeContract, Source, pages, values
from support.sources import hex_of
from support.stores import HandClock


@pytest.fixture
def path(tmp_path):
    return tmp_path / "list.txt"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def exchange(path, clock):
    return ListFile(path, clock.now)


def write(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines))


def hashes(page):
    return [record.hashes[0] for record in page.records]


class TestListFile(ExchangeContract):
    @pytest.fixture
    def source(self, path, exchange, monkeypatch):
        monkeypatch.setattr(listfile, "PAGE", 3)
        listed = []

        def list_(number):
            listed[:] = range(1, number + 1)
            write(path, *map(hex_of, listed))

        def drop(number):
            listed.remove(number)
            write(path, *map(hex_of, listed))

        return Source(exchange, list_, drop)


def test_plain_lines_are_read_with_their_mishaps_counted(path, exchange):
    write(
        path, "# a comment", "", f"  {hex_of(1).upper()}  ", hex_of(2, 32), "nonsense", hex_of(3)[1:], "\x00"
    )
    page = exchange.fetch("")
    assert hashes(page) == [(SignalKind.PDQ, hex_of(1)), (SignalKind.MD5, hex_of(2, 32))]
    assert page.skipped == {"malformed": 3}


def test_lines_may_be_digests_instead(path, clock):
    write(path, hex_of(1))
    assert hashes(ListFile(path, clock.now, SignalKind.SHA256).fetch("")) == [(SignalKind.SHA256, hex_of(1))]


@pytest.mark.parametrize(
    "head",
    ["signal_type,signal_val", "Kind,Hash", "id,signal,note,value"],
    ids=["hma", "plain", "more columns"],
)
def test_a_table_is_read_by_the_names_of_its_columns(path, exchange, head):
    def line(kind, value):
        cells = {"id": "7", "note": '"a, b"'}
        return ",".join(
            cells.get(name, kind if name.lower() in listfile.KIND_COLUMNS else value)
            for name in head.split(",")
        )

    write(
        path,
        head,
        line("pdq", hex_of(1)),
        line("video_md5", hex_of(2, 32)),
        line("vpdq", "x"),
        line("md5", "x"),
    )
    page = exchange.fetch("")
    assert hashes(page) == [(SignalKind.PDQ, hex_of(1)), (SignalKind.MD5, hex_of(2, 32))]
    assert page.skipped == {"kind:other": 1, "malformed": 1}


def test_a_table_is_still_a_table_on_its_second_page(path, exchange, monkeypatch):
    monkeypatch.setattr(listfile, "PAGE", 3)
    write(path, "kind,hash", *(f"pdq,{hex_of(at)}" for at in range(1, 8)))
    assert values(pages(exchange)) == set(range(1, 8))


def test_json_lines_are_read_as_an_api_lists_the_signals_of_a_picture(path, exchange):
    both = {"pdq": hex_of(1), "video_md5": hex_of(2, 32)}
    write(
        path,
        json.dumps(both),
        json.dumps({"id": 3, "signals": {"pdq": hex_of(3), "url": "x"}}),
        "{",
        "[]",
        '{"signals": 3}',
    )
    page = exchange.fetch("")
    assert values([page]) == {1, 2, 3}
    assert page.skipped == {"kind:other": 1, "malformed": 3}


def test_what_an_export_calls_withdrawn_is_not_listed(path, exchange):
    write(path, "signal_type,signal_val,status", f"pdq,{hex_of(1)},active", f"pdq,{hex_of(2)},withdrawn")
    assert values([exchange.fetch("")]) == {1}
    rows = (
        {"signal_type": "pdq", "signal_val": hex_of(at), "status": word}
        for at, word in enumerate(("active", "deleted"))
    )
    write(path, *map(json.dumps, rows))
    assert values([exchange.fetch("")]) == {0}


def test_a_file_that_changes_is_read_anew_and_the_rest_is_gone(path, exchange, clock):
    write(path, hex_of(1), hex_of(2))
    (page,) = pages(exchange)
    assert page.all_since == clock.at
    assert pages(exchange, page.cursor)[0].records == ()
    clock.pass_(60)
    write(path, hex_of(2), hex_of(3), hex_of(4))
    (page,) = pages(exchange, page.cursor)
    assert values([page]) == {2, 3, 4}
    assert page.all_since == clock.at
    assert {record.changed for record in page.records} == {clock.at}


def test_a_file_that_changes_while_it_is_read_is_begun_again(path, exchange, clock, monkeypatch):
    monkeypatch.setattr(listfile, "PAGE", 2)
    write(path, *map(hex_of, range(1, 6)))
    first = exchange.fetch("")
    clock.pass_(60)
    write(path, *map(hex_of, range(11, 14)))
    rest = pages(exchange, first.cursor)
    assert values(rest) == {11, 12, 13}
    assert rest[-1].all_since == clock.at


@pytest.mark.parametrize("content", ["", "<html>\n", "#\n"], ids=["empty", "another thing", "a comment"])
def test_a_file_in_which_nothing_is_understood_empties_nothing(path, exchange, content):
    write(path, hex_of(1))
    cursor = exchange.fetch("").cursor
    path.write_text(content)
    with pytest.raises(UpstreamTrouble, match="Nothing in the list"):
        exchange.fetch(cursor)
    path.unlink()
    with pytest.raises(UpstreamTrouble):
        exchange.fetch(cursor)


def test_an_overlong_line_is_passed_over_with_all_it_has(path, exchange):
    path.write_bytes(b"a" * 25_000 + b"\n" + hex_of(1).encode() + b"\n" + b"\xff\xfe\n" + hex_of(2).encode())
    assert values([exchange.fetch("")]) == {1, 2}


def test_a_list_of_pictures_of_children_says_so_in_each_record(path, clock):
    write(path, hex_of(1))
    (record,) = ListFile(path, clock.now, children=True).fetch("").records
    assert says_children(record.about)
    (record,) = ListFile(path, clock.now).fetch("").records
    assert not says_children(record.about)


def test_a_file_has_no_ears(path, exchange):
    assert exchange.send_feedback([]) == 0
    assert exchange.around("x") == ""
