"""NCMEC's databases are followed to the letter of their protocol, and through their mishaps."""

import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from consentry.banks.ncmec import HOSTS, NAMESPACE, Cursor, Ncmec, read, written
from consentry.core.bank import BankEntry, EntryStatus, Feedback, SignalKind
from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.core.exchange import UNREADABLE
from contracts.exchange import ExchangeContract, Source, pages, values
from support.sources import PASSWORD, USER, Deed, NcmecServer, hex_of
from support.stores import NOON
from support.talking import Answer, talking

MORNING = datetime(2026, 5, 1, 8, 0, 0, tzinfo=UTC)


@pytest.fixture
def server():
    return NcmecServer(size=3)


@contextmanager
def following(answer, database="industry", **more):
    login = (USER, PASSWORD)
    with talking(answer) as url, closing(Ncmec(database, login, lambda: NOON, url, **more)) as made:
        yield made


@pytest.fixture
def exchange(server):
    with following(server) as made:
        yield made


def a_deed(number, **more):
    """An entry of member 42 with an MD5."""
    prints = more.pop("fingerprints", {"md5": hex_of(number, 32)})
    return Deed(42, f"entry{number:04}", more.pop("at", MORNING + timedelta(seconds=number)), prints, **more)


class TestNcmec(ExchangeContract):
    @pytest.fixture
    def source(self, server):
        moment = [NOON]

        def list_(number):
            server.deeds = [a_deed(at) for at in range(1, number + 1)]

        def drop(number):
            moment[0] += timedelta(hours=2)
            server.deeds[number - 1] = a_deed(number, at=NOON + timedelta(hours=1), deleted=True)

        with (
            talking(server) as url,
            closing(Ncmec("industry", (USER, PASSWORD), lambda: moment[0], url)) as made,
        ):
            yield Source(made, list_, drop, (PASSWORD,))


def test_every_database_is_known_by_name_with_its_host_for_tests():
    assert HOSTS["generative-ai"] == "https://hashsharing.ncmec.org/generative-ai-csam"
    assert HOSTS["generative-ai-exploitative"] == "https://hashsharing.ncmec.org/generative-ai-exploitative"
    plain = {name for name in HOSTS if not name.startswith("test-")}
    assert {f"test-{name}" for name in plain} == HOSTS.keys() - plain
    assert len(set(HOSTS.values())) == len(HOSTS) == 14
    with pytest.raises(SetupTrouble):
        Ncmec("nowhere", (USER, PASSWORD), lambda: NOON)
    with pytest.raises(SetupTrouble):
        Ncmec("industry", (USER, ""), lambda: NOON)


@pytest.fixture(params=["UTC", "Asia/Kolkata", "America/Los_Angeles"])
def _zone(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_zone")
def test_times_are_asked_for_in_utc_wherever_the_machine_is(server, exchange):
    server.deeds = [a_deed(1)]
    cursor = pages(exchange)[-1].cursor
    assert written(0) == "1970-01-01T00:00:00Z"
    assert server.asked[0].path == "/v2/entries"
    assert server.asked[0].wanted == {"from": "2000-01-01T00:00:00Z", "to": "2026-05-01T11:59:50Z"}
    assert Cursor.read(cursor).since == int(NOON.timestamp()) - 10


def test_an_entry_is_understood(server, exchange):
    prints = {"md5": hex_of(1, 32).upper(), "sha1": "ab" * 20, "pdna": "1,2,3", "pdq": hex_of(1), "md5x": ""}
    server.deeds = [a_deed(1, fingerprints=prints)]
    page = exchange.fetch("")
    (record,) = page.records
    assert record.ref == "42/entry0001"
    assert record.hashes == ((SignalKind.MD5, hex_of(1, 32)), (SignalKind.PDQ, hex_of(1)))
    assert record.changed == MORNING + timedelta(seconds=1)
    assert record.about == '{"children": true, "classification": "A1", "source": "ncmec:industry"}'
    assert page.skipped == {"kind:sha1": 1, "kind:pdna": 1, "kind:md5x": 1}


@pytest.mark.parametrize("kind", ["image", "video"])
def test_an_entry_taken_back_is_a_record_without_hashes(server, exchange, kind):
    server.deeds = [a_deed(1, deleted=True, kind=kind)]
    (record,) = exchange.fetch("").records
    assert (record.status, record.hashes, record.ref) == (EntryStatus.DELETED, (), "42/entry0001")


STAMP = "<timestamp>2026-05-01T08:00:00Z</timestamp>"


@pytest.mark.parametrize(
    "raw",
    [
        "<image/>",
        f"<image>{STAMP}<id>x</id><fingerprints><md5>{'0' * 32}</md5></fingerprints></image>",
        f'<image><member id="no"/>{STAMP}<id>x</id></image>',
        f'<image><member id="42"/>{STAMP}<id></id></image>',
        f'<image><member id="42"/>{STAMP}<id>{"x" * 201}</id></image>',
        '<image><member id="42"/><timestamp>soon</timestamp><id>x</id></image>',
        f'<sound><member id="42"/>{STAMP}<id>x</id></sound>',
    ],
    ids=["empty", "nobody's", "no number", "no name", "a long name", "no moment", "a sound"],
)
def test_a_malformed_entry_is_passed_over_and_what_follows_is_not(server, exchange, raw):
    server.deeds = [a_deed(1, raw=raw), a_deed(2)]
    page = exchange.fetch("")
    assert values([page]) == {2}
    assert page.skipped == {"malformed": 1}


def test_a_malformed_hash_costs_only_itself(server, exchange):
    server.deeds = [a_deed(1, fingerprints={"md5": "zz", "pdq": hex_of(7)})]
    page = exchange.fetch("")
    assert values([page]) == {7}
    assert page.skipped == {"malformed": 1}


BOMB = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 9))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<other/>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such"?><queryResult/>',
        b'<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/hostname">]><queryResult><images><image>&a;</image></images></queryResult>',
        f'<!DOCTYPE q [<!ENTITY a0 "ha">{BOMB}]><queryResult>&a8;</queryResult>'.encode(),
        b'<!DOCTYPE q SYSTEM "http://127.0.0.1/q.dtd"><queryResult/>',
        b"<queryResult>" + b"<a>" * 40 + b"</a>" * 40 + b"</queryResult>",
        b"<queryResult><paging><next>https://elsewhere.example/v2/entries?start=2</next></paging></queryResult>",
        b"<queryResult><paging><next>//elsewhere.example/v2/entries</next></paging></queryResult>",
        b"<queryResult><paging><next>/v3/secrets</next></paging></queryResult>",
    ],
    ids=[
        "nothing",
        "half",
        "another",
        "bytes",
        "letters",
        "a file",
        "a bomb",
        "a type",
        "a pit",
        "elsewhere",
        "host",
        "path",
    ],
)
def test_a_page_that_makes_no_sense_or_leads_astray_is_unreadable(body):
    answer = Answer(body=body)
    with following(lambda _asked: answer) as exchange, pytest.raises(UpstreamTrouble) as caught:
        exchange.fetch("")
    assert caught.value.code == UNREADABLE


def test_a_page_that_leads_back_to_itself_is_unreadable():
    answer = Answer(body=b"<queryResult><paging><next>/v2/entries?start=2</next></paging></queryResult>")
    with following(lambda _asked: answer) as exchange, pytest.raises(UpstreamTrouble):
        exchange.fetch(exchange.fetch("").cursor)


def test_an_answer_out_of_all_proportion_is_unreadable(monkeypatch):
    monkeypatch.setattr("consentry.banks.ncmec.MAX_ELEMENTS", 10)
    with pytest.raises(UpstreamTrouble):
        read(b"<q>" + b"<a/>" * 10 + b"</q>")


def walk(exchange, cursor=""):
    """One whole sync, through unreadable pages: what was read, and the last page."""
    found, around = [], 0
    while True:
        try:
            found.append(exchange.fetch(cursor))
        except UpstreamTrouble:
            cursor = exchange.around(cursor)
            around += 1
            assert around < 400, "the source is stuck"
            continue
        cursor = found[-1].cursor
        if not found[-1].more:
            return found, found[-1]


def test_one_entry_that_spoils_its_page_costs_its_second_and_only_until_it_is_mended(server, exchange):
    server.deeds = [a_deed(at, at=MORNING + timedelta(minutes=at)) for at in range(1, 31)]
    poison = server.deeds[12]
    server.spoil = lambda deeds: poison in deeds
    found, last = walk(exchange)
    assert values(found) == set(range(1, 31)) - {13}
    assert not last.whole
    server.spoil = lambda _deeds: False
    found, last = walk(exchange, last.cursor)
    assert 13 in values(found)
    assert last.whole


def test_a_source_that_is_unreadable_up_to_now_ends_the_sync_and_is_asked_again(server, exchange):
    server.spoil = lambda _deeds: True
    _, last = walk(exchange)
    assert not last.whole
    server.spoil = lambda _deeds: False
    server.deeds = [a_deed(1)]
    found, last = walk(exchange, last.cursor)
    assert values(found) == {1}
    assert last.whole


def test_a_hiccup_begins_nothing_anew(server, exchange):
    server.deeds = [a_deed(at) for at in range(1, 8)]
    second = exchange.fetch("").cursor
    assert exchange.fetch(exchange.around(second)).records == exchange.fetch(second).records


def an_entry(feedback, refs=("42/entry0001", "7/other one")):
    return BankEntry("NCMEC", SignalKind.MD5, hex_of(1, 32), NOON, refs[0], refs, feedback=feedback)


def test_every_entry_that_lists_the_hash_hears_what_we_think(server, exchange):
    assert exchange.send_feedback([an_entry(Feedback.AGREE), an_entry(Feedback.NONE)]) == 1
    body = f'<feedbackSubmission xmlns="{NAMESPACE}"><affirmative/></feedbackSubmission>'.encode()
    assert server.said == [
        ("/v2/entries/42/entry0001/MD5/feedback", body),
        ("/v2/entries/7/other%20one/MD5/feedback", body),
    ]


def test_disagreeing_gives_the_only_reason_there_is(server, exchange):
    exchange.send_feedback([an_entry(Feedback.DISAGREE, ("42/entry0001",))])
    ((_, body),) = server.said
    assert body.decode() == (
        f'<feedbackSubmission xmlns="{NAMESPACE}"><negative><reasonIds><guid>11111111-2222</guid></reasonIds>'
        "</negative></feedbackSubmission>"
    )
    assert server.asked[0].path == "/v2/feedback/MD5/reasons"


def test_among_several_reasons_the_operators_is_given(server):
    server.reasons = {"Not a match": "1-1", "Another": "2-2"}
    with following(server) as exchange, pytest.raises(SetupTrouble):
        exchange.send_feedback([an_entry(Feedback.DISAGREE)])
    with following(server, reason="Another") as exchange:
        exchange.send_feedback([an_entry(Feedback.DISAGREE, ("42/entry0001",))])
    assert b"<guid>2-2</guid>" in server.said[0][1]
