"""The form asks one thing a page, sends nothing before the check, and cannot be sent incomplete."""

import json

import httpx2
import pytest

from consentry.core.entry import Kind
from consentry.media import drawing
from consentry.media.edits import encoded
from support.running import Running
from web.public.conftest import ANSWERS, between, fill

PLAUSIBLE = "0f" * 32 + " 88"


def lines(server: Running) -> int:
    return server.system.store.size()


def papers(server: Running, reference: str) -> dict:
    with server.system.store.read() as snapshot:
        case = snapshot.case(reference)
    return json.loads(server.system.blobs.get(case.papers, "papers"))


def sent(person: httpx2.Client, **other: dict[str, str]) -> str:
    """The reference of a report that was filled in and sent."""
    fill(person, **other)
    return between(person.post("/en/check"), 'id="reference">', "<")


def test_a_report_can_be_made_without_an_account_and_without_javascript(person, server: Running):
    reply = fill(person)
    assert reply.url.path == "/en/check"
    assert "Nothing has been sent yet" in reply.text
    before = lines(server)
    reply = person.post("/en/check")
    assert reply.url.path == "/en/sent"
    assert lines(server) > before
    reference = between(reply, 'id="reference">', "<")
    assert len(between(reply, 'lang="en">', "<").split()) == 6
    kept = papers(server, reference)
    assert kept["urls"] == ["https://elsewhere.example/a"]
    assert kept["where"] == "In a group"
    assert kept["statement"] == "It was shared without the agreement of the person shown."
    assert kept["declares_intimate"]
    assert kept["good_faith"]
    assert kept["signature"] == "Mira"
    assert not kept["may_write"]


def test_nothing_is_stored_before_the_answers_are_checked(person, server: Running):
    before = lines(server)
    fill(person)
    assert lines(server) == before


def test_whoever_presses_twice_sends_one_report(person, server: Running):
    fill(person)
    first = person.post("/en/check")
    before = lines(server)
    again = person.post("/en/check")
    assert between(again, 'id="reference">', "<") == between(first, 'id="reference">', "<")
    assert lines(server) == before


@pytest.mark.parametrize(
    ("page", "given"),
    [
        ("who", {}),
        ("who", {"standing": "anybody"}),
        ("age", {}),
        ("where", {}),
        ("where", {"urls": "not an address"}),
        ("where", {"urls": "\n".join(f"https://a.example/{each}" for each in range(101))}),
        ("where", {"where": "x" * 5_001}),
        ("why", {}),
        ("reach", {"contact": "nobody"}),
        ("sign", {"intimate": "yes", "good_faith": "yes"}),
        ("sign", {"intimate": "yes", "signature": "Mira"}),
        ("sign", {"good_faith": "yes", "signature": "Mira"}),
    ],
)
def test_what_is_missing_is_said_at_once_and_nothing_can_be_sent(person, server: Running, page, given):
    before = lines(server)
    person.post("/en/begin")
    for name, usual in ANSWERS.items():
        if name == page:
            break
        person.post(f"/en/{name}", data=usual)
    reply = person.post(f"/en/{page}", data=given)
    assert reply.status_code == 422
    assert 'role="alert"' in reply.text
    assert person.post("/en/check").url.path == f"/en/{page}"
    assert lines(server) == before


def test_a_page_further_on_leads_to_the_first_question_that_is_open(person):
    person.post("/en/begin")
    assert person.get("/en/sign").url.path == "/en/who"
    person.post("/en/who", data=ANSWERS["who"])
    assert person.get("/en/check").url.path == "/en/age"


def test_an_answer_can_be_changed_and_leads_back_to_the_check(person):
    fill(person)
    assert 'value="Mira"' in person.get("/en/sign").text
    reply = person.post("/en/sign", data=ANSWERS["sign"] | {"signature": "Nia"})
    assert reply.url.path == "/en/check"
    assert "Nia" in reply.text


@pytest.mark.parametrize("age", ["yes", "unsure"])
def test_under_eighteen_or_unsure_nothing_is_hashed(person, server: Running, age: str):
    person.post("/en/begin")
    person.post("/en/who", data=ANSWERS["who"])
    assert person.post("/en/age", data={"under18": age}).url.path == "/en/child"
    assert person.get("/en/copies").url.path == "/en/where"
    assert 'name="only"' not in person.get("/en/where").text
    for name in ("where", "why", "reach", "sign"):
        person.post(f"/en/{name}", data=ANSWERS[name])
    reference = between(person.post("/en/check"), 'id="reference">', "<")
    with server.system.store.read() as snapshot:
        assert snapshot.case(reference).state.value == "escalated"
    assert papers(server, reference)["hashes"] == []


def test_a_child_somebody_looks_after_is_a_child(person, server: Running):
    person.post("/en/begin")
    assert person.post("/en/who", data={"standing": "guardian"}).url.path == "/en/child"
    for name in ("where", "why", "reach", "sign"):
        person.post(f"/en/{name}", data=ANSWERS[name])
    reference = between(person.post("/en/check"), 'id="reference">', "<")
    assert papers(server, reference)["under18"] == "yes"


def test_hashes_from_before_somebody_said_that_it_is_a_child_are_not_sent(person, server: Running):
    fill(person, copies={"hashes": PLAUSIBLE})
    person.post("/en/age", data={"under18": "unsure"})
    reference = between(person.post("/en/check"), 'id="reference">', "<")
    assert papers(server, reference)["hashes"] == []


def test_somebody_else_is_shown_another_way(person):
    person.post("/en/begin")
    assert person.post("/en/who", data={"standing": "seen"}).url.path == "/en/seen"
    assert person.get("/en/check").url.path == "/en/seen"


def test_a_picture_hashed_on_the_device_is_place_enough(person, server: Running):
    where = {"urls": "", "where": "", "only": "yes"}
    reference = sent(person, where=where, copies={"hashes": PLAUSIBLE})
    assert papers(server, reference)["hashes"] == [{"pdq": "0f" * 32, "quality": 88}]


@pytest.mark.parametrize("found", ["", "00" * 32 + " 88", "0f" * 32 + " 20", "what is this"])
def test_what_cannot_be_the_hash_of_a_picture_is_no_place(person, found: str):
    fill(person, where={"only": "yes"}, copies={"hashes": found})
    assert person.post("/en/check").url.path == "/en/copies"


def test_what_is_found_at_once_is_hidden_at_once(person, server: Running):
    server.post_picture(encoded(drawing.figure(77), "png"), "form77")
    fill(person, where={"urls": server.address("form77"), "where": ""})
    assert "1 found at the addresses you gave" in person.post("/en/check").text


def test_leaving_ends_it_and_going_back_reveals_nothing(person, server: Running):
    fill(person)
    cookie = person.cookies["visit"]
    reply = person.get("/en/leave", follow_redirects=False)
    assert reply.headers["location"] == f"{server.url}/healthz"
    assert '"cookies"' in reply.headers["clear-site-data"]
    for page in ("check", "sign", "where"):
        back = person.get(f"/en/{page}", headers={"cookie": f"visit={cookie}"})
        assert back.url.path == "/en/"
        assert "Mira" not in back.text


def test_sending_after_it_ended_says_so(person):
    fill(person)
    person.get("/en/leave", follow_redirects=False)
    reply = person.post("/en/check")
    assert reply.status_code == 410
    assert "Nothing was sent" in reply.text


def test_the_log_says_that_a_report_came_and_nothing_that_was_written(person, server: Running):
    reference = sent(person, sign=ANSWERS["sign"] | {"signature": "Quetzal"})
    store = server.system.store
    records = [store.line(at) for at in range(store.size())]
    ours = [line for line in records if line.record and reference.encode() in line.record]
    assert Kind.REPORT in {line.entry.kind for line in ours}
    assert not any(b"Quetzal" in line.record for line in ours)
