"""With reference and six words somebody sees what happened, writes, adds places, and takes it back."""

import httpx2
import pytest

from consentry.core.case import CaseEvent, RefusalGround
from consentry.core.message import MAX_MESSAGE
from consentry.media import drawing
from consentry.media.edits import encoded
from support.running import Running
from web.public.conftest import between, fill


@pytest.fixture
def held(person) -> tuple[str, str]:
    """Reference and words of a report that was just sent; the browser knows nothing of it any more."""
    fill(person)
    reply = person.post("/en/check")
    found = between(reply, 'id="reference">', "<"), between(reply, 'lang="en">', "<")
    person.post("/en/finish")
    return found


def come_back(person: httpx2.Client, held: tuple[str, str]) -> httpx2.Response:
    return person.post("/en/status", data={"reference": held[0].lower(), "passphrase": held[1]})


def test_who_has_both_sees_the_report(person, held):
    reply = come_back(person, held)
    assert reply.url.path == "/en/case"
    assert held[0] in reply.text
    assert held[1] not in reply.text


@pytest.mark.parametrize("wrong", [("C-2222-2222", None), (None, "one two three four five six"), ("", "")])
def test_what_does_not_belong_together_is_always_answered_alike(person, held, wrong):
    tried = tuple(one if one is not None else other for one, other in zip(wrong, held, strict=True))
    reply = come_back(person, tried)
    assert reply.status_code == 422
    assert "do not belong together" in reply.text
    assert person.get("/en/case").url.path == "/en/status"


def test_messages_go_both_ways_and_are_shown_as_text(person, held, server: Running):
    come_back(person, held)
    reply = person.post("/en/case", data={"do": "write", "text": "<b>Is it gone?</b>"})
    assert "&lt;b&gt;Is it gone?&lt;/b&gt;" in reply.text
    server.system.desk.answer(held[0], "Nearly.")
    reply = person.get("/en/case")
    assert reply.text.index("Is it gone?") < reply.text.index("Nearly.")


def test_loading_the_page_again_sends_no_message_twice_and_says_once_that_it_was_sent(person, held):
    come_back(person, held)
    reply = person.post("/en/case", data={"do": "write", "text": "Is it gone?"}, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/case")
    pages = [person.get("/en/case").text for _ in range(2)]
    assert [page.count("Is it gone?") for page in pages] == [1, 1]
    assert ['role="status"' in page for page in pages] == [True, False]


def test_loading_the_page_again_adds_no_place_twice(person, held):
    come_back(person, held)
    given = {"do": "add", "urls": "https://elsewhere.example/b"}
    reply = person.post("/en/case", data=given, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/case")
    assert 'role="status"' in person.get("/en/case").text


@pytest.mark.parametrize("text", ["", " ", "x" * (MAX_MESSAGE + 1)])
def test_a_message_that_cannot_be_is_said_and_kept_on_the_page(person, held, text: str):
    come_back(person, held)
    reply = person.post("/en/case", data={"do": "write", "text": text})
    assert reply.status_code == 422
    assert "Please write something" in reply.text


def test_places_can_be_added(person, held, server: Running):
    come_back(person, held)
    wrong = person.post("/en/case", data={"do": "add", "urls": "there"})
    assert wrong.status_code == 422
    server.post_picture(encoded(drawing.figure(78), "png"), "more")
    reply = person.post("/en/case", data={"do": "add", "urls": server.address("more")})
    assert reply.status_code == 200
    assert server.address("more") in reply.text


def test_a_report_is_taken_back_only_after_being_asked_once_more(person, held):
    come_back(person, held)
    assert "cannot be undone" in person.get("/en/withdraw").text
    reply = person.post("/en/withdraw")
    assert reply.url.path == "/en/case"
    assert "You took this report back." in reply.text
    assert "/en/withdraw" not in reply.text
    assert person.post("/en/withdraw").status_code == 409


def test_a_refusal_says_why_and_how_to_appeal(person, held, server: Running):
    with server.system.store.begin() as tx:
        tx.save_case(tx.case(held[0]).after(CaseEvent.REFUSE, tx.now(), RefusalGround.NOT_INTIMATE))
    reply = come_back(person, held)
    assert "did not find it to be an intimate image" in reply.text
    assert "You can appeal" in reply.text


def test_without_the_words_there_is_nothing_to_see(person):
    for page in ("case", "withdraw"):
        assert person.get(f"/en/{page}").url.path == "/en/status"
        assert person.post(f"/en/{page}", data={"do": "write", "text": "x"}).url.path == "/en/status"


def test_the_receipt_is_a_file_whose_name_gives_nothing_away(person, held):
    assert person.get("/en/receipt").url.path == "/en/status"
    assert 'href="/en/receipt"' in come_back(person, held).text
    reply = person.get("/en/receipt")
    assert reply.headers["content-disposition"] == 'attachment; filename="receipt.json"'
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json()["record"]["case"] == held[0]
    assert held[1] not in reply.text
