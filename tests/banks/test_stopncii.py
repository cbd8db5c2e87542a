"""StopNCII.org is followed to the letter of its protocol, and through its mishaps."""

import json
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest

from consentry.banks.stopncii import FIRST, Cursor, StopNCII
from consentry.core.bank import BankEntry, EntryStatus, Feedback, SignalKind
from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.core.exchange import UNREADABLE
from contracts.exchange import ExchangeContract, Source, pages, values
from support.sources import FUNCTION, SUBSCRIPTION, StopNciiServer, a_row, hex_of
from support.stores import NOON
from support.talking import Answer, talking

KEYS = {"FetchHashes": FUNCTION, "SubmitFeedback": FUNCTION, "SubmitHashes": FUNCTION}
T = 1_780_000_000


@pytest.fixture
def server():
    return StopNciiServer()


@contextmanager
def following(answer, keys=KEYS):
    with talking(answer) as url, closing(StopNCII(keys, SUBSCRIPTION, f"{url}/v1")) as made:
        yield made


@pytest.fixture
def exchange(server):
    with following(server) as made:
        yield made


def a_page(rows, **more):
    found = {"hashRecords": rows, "hasMoreRecords": False, "nextPageToken": "", "nextSetTimestamp": T}
    return json.dumps(found | more).encode()


def small(size=3):
    return Cursor(size=size).write()


@dataclass
class InThrees:
    """Asks for three records at a time, so that few records make many pages."""

    inner: StopNCII
    name: str = "stopncii"

    def fetch(self, cursor):
        return self.inner.fetch(cursor or small())

    def around(self, cursor):
        return self.inner.around(cursor)


class TestStopNCII(ExchangeContract):
    @pytest.fixture
    def source(self, server, exchange):
        def list_(number):
            server.rows[:] = [a_row(at, T + at) for at in range(1, number + 1)]

        def drop(number):
            server.rows[number - 1] = a_row(number, T + 100, "Withdrawn")

        return Source(InThrees(exchange), list_, drop, (FUNCTION, SUBSCRIPTION))


def test_it_asks_as_the_protocol_says(server, exchange):
    server.rows = [a_row(1, T), a_row(2, T + 1)]
    cursor = pages(exchange, small(1))[-1].cursor
    exchange.fetch(cursor)
    assert [(asked.method, asked.path) for asked in server.asked] == [("GET", "/v1/FetchHashes")] * 3
    assert [asked.wanted for asked in server.asked] == [
        {"startTimestamp": str(FIRST), "pageSize": "1"},
        {"startTimestamp": str(FIRST), "pageSize": "2", "nextPageToken": "t1"},
        {"startTimestamp": str(T + 1), "pageSize": "800"},
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Received", EntryStatus.ACTIVE),
        ("Active", EntryStatus.ACTIVE),
        ("Withdrawn", EntryStatus.WITHDRAWN),
        ("Deleted", EntryStatus.DELETED),
    ],
)
def test_every_state_of_a_hash_is_understood(server, exchange, said, meant):
    server.rows = [a_row(7, T, said)]
    (record,) = exchange.fetch("").records
    assert record.status is meant
    assert record.hashes == ((SignalKind.PDQ, hex_of(7)),)
    assert record.case_refs == ("1007",)
    assert record.about == '{"feedback": {"Blocked": 1}}'


def test_kinds_that_we_do_not_take_are_counted(server, exchange):
    server.rows = [
        a_row(1, T),
        a_row(2, T, kind="VideoMD5"),
        a_row(3, T, kind="VideoTMK"),
        a_row(4, T, kind="Text"),
    ]
    page = exchange.fetch("")
    assert [record.hashes[0][0] for record in page.records] == [SignalKind.PDQ, SignalKind.MD5]
    assert page.skipped == {"kind:videotmk": 1, "kind:text": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"signalType": 5},
        a_row(1, T, hashValue="not a hash"),
        a_row(1, T, hashValue=None),
        a_row(1, T, "Perhaps"),
        a_row(1, T, lastModtimestamp="yesterday"),
        a_row(1, T, lastModtimestamp=10**15),
        a_row(1, T, lastModtimestamp=True),
    ],
    ids=repr,
)
def test_a_malformed_record_is_passed_over_and_what_follows_is_not(wrong):
    with following(lambda _asked: Answer(body=a_page([wrong, a_row(2, T)]))) as exchange:
        page = exchange.fetch("")
    assert page.skipped == {"malformed": 1}
    assert values([page]) == {2}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"[" * 100_000,
        b'{"hashRecords": {}, "hasMoreRecords": false}',
        b'{"hashRecords": []}',
        a_page([], hasMoreRecords=True),
        a_page([], hasMoreRecords=True, nextPageToken="t9"),
    ],
    ids=["nothing", "words", "a list", "a pit", "no rows", "no end", "no way on", "in a circle"],
)
def test_a_page_that_makes_no_sense_or_no_headway_is_unreadable(body):
    answer = Answer(body=body)
    with following(lambda _asked: answer) as exchange, pytest.raises(UpstreamTrouble) as caught:
        exchange.fetch(Cursor(token="t9").write())
    assert caught.value.code == UNREADABLE


@dataclass
class Walk:
    """Follows a source through its unreadable pages, and notes what it read."""

    exchange: StopNCII
    found: list = field(default_factory=list)
    around: int = 0

    def once(self, cursor=""):
        """One whole sync."""
        while True:
            try:
                page = self.exchange.fetch(cursor)
            except UpstreamTrouble:
                cursor = self.exchange.around(cursor)
                self.around += 1
                assert self.around < 100, "the source is stuck"
                continue
            self.found.append(page)
            cursor = page.cursor
            if not page.more:
                return page


def test_one_record_that_spoils_its_page_costs_only_itself_and_only_until_it_is_mended(server, exchange):
    server.rows = [a_row(at, T + at) for at in range(1, 2001)]
    poison = server.rows[1233]
    server.spoil = lambda rows: poison in rows
    walk = Walk(exchange)
    last = walk.once()
    assert values(walk.found) == set(range(1, 2001)) - {1234}
    assert not last.whole
    server.spoil = lambda _rows: False
    walk = Walk(exchange)
    last = walk.once(last.cursor)
    assert 1234 in values(walk.found)
    assert last.whole
    assert walk.once(last.cursor).whole


def test_hours_that_cannot_be_read_at_all_are_gone_round(server, exchange):
    server.rows = [a_row(at, T + at * 60) for at in range(1, 201)]
    server.spoil = lambda rows: any(T + 3000 < row["lastModtimestamp"] < T + 6000 for row in rows)
    walk = Walk(exchange)
    walk.once()
    assert set(range(1, 51)) | set(range(164, 201)) <= values(walk.found)


def test_the_moment_to_begin_from_never_goes_back():
    with following(lambda _asked: Answer(body=a_page([], nextSetTimestamp=5))) as exchange:
        page = exchange.fetch(Cursor(since=T).write())
    assert Cursor.read(page.cursor).since == T


def an_entry(number, feedback=Feedback.AGREE, kind=SignalKind.PDQ):
    digits = 32 if kind is SignalKind.MD5 else 64
    return BankEntry("STOP_NCII", kind, hex_of(number, digits), NOON, feedback=feedback)


def test_feedback_is_sent_in_the_sources_words(server, exchange):
    sha = BankEntry("STOP_NCII", SignalKind.SHA256, hex_of(9), NOON, feedback=Feedback.AGREE)
    assert (
        exchange.send_feedback([an_entry(1), an_entry(2, Feedback.DISAGREE), an_entry(3, Feedback.NONE), sha])
        == 3
    )
    ((path, said),) = server.said
    assert path == "/v1/SubmitFeedback"
    assert said == {
        "count": 3,
        "hashFeedbacks": [
            {"hashValue": hex_of(1), "feedbackValue": "Blocked", "tags": []},
            {"hashValue": hex_of(2), "feedbackValue": "NotBlocked", "tags": []},
            {"hashValue": hex_of(3), "feedbackValue": "None", "tags": []},
        ],
    }


def test_hashes_of_our_own_are_sent_under_the_sources_names_for_their_kinds(server, exchange):
    assert exchange.submit([an_entry(1), an_entry(2, kind=SignalKind.MD5)]) == 2
    ((path, said),) = server.said
    assert path == "/v1/SubmitHashes"
    assert said["count"] == 2
    assert [row["signalType"] for row in said["hashRecords"]] == ["ImagePDQ", "VideoMD5"]
    assert said["hashRecords"][0]["CSPFeedbacks"] == [{"feedbackValue": "Blocked", "tags": []}]


def test_without_a_key_nothing_is_asked(server):
    with pytest.raises(SetupTrouble):
        StopNCII({}, SUBSCRIPTION)
    with following(server, {"FetchHashes": FUNCTION}) as exchange, pytest.raises(SetupTrouble):
        exchange.send_feedback([an_entry(1)])
    assert not server.asked
