"""Whoever posted reads why, and objects, with nothing but the address they were sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.consequence import token
from consentry.core.match import Method
from consentry.core.review import Choice, Resolution, ResolutionState, first_review
from support.running import Running

WORDS = "statement one two three four five"


@dataclass
class Decided:
    """A decided case on a running server."""

    server: Running
    case: str
    made: Resolution

    @property
    def address(self) -> str:
        secret = self.server.system.appeals.secret
        return f"/{self.made.id}/{self.made.ticked[0]}/{token(secret, self.made.id, self.made.ticked[0])}"


def decided(server: Running, name: str, choice: Choice = Choice.UPHOLD) -> Decided:
    """A case called after the test, upheld or refused."""
    system, case_id = server.system, f"C-STMT-{name}"
    with system.store.read() as view:
        now = view.now()
    state = CaseState.REMOVED if choice is Choice.UPHOLD else CaseState.REFUSED
    because = "made" if choice is Choice.UPHOLD else "not_intimate_image_content"
    case = Case(case_id, state, now, now + timedelta(hours=9), (), stopped=now)
    copy_id, review = f"cpy_{case_id}", first_review(case, 1)
    made = Resolution(f"res_{name}", review.id, case_id, choice, because, "ada", now, (copy_id,), ())
    made = replace(made, state=ResolutionState.DONE)
    with system.store.begin() as tx:
        tx.add_case(case)
        tx.add_copy(
            Copy(copy_id, case_id, "site", name, "https://site.example/it", Method.LOCATED, 0, CopyState.GONE)
        )
        tx.add_review(review)
        tx.save_resolution(made)
        tx.put_secret(case_id, system.appeals.passphrases.digest(case_id, WORDS))
    return Decided(server, case_id, made)


def test_the_statement_says_what_why_and_how_to_object_and_is_kept_by_nobody(server: Running):
    found = decided(server, "reads")
    with server.http() as http:
        reply = http.get(f"/v1/statements{found.address}")
        page = http.get(f"/statement{found.address}")
    assert "no longer shown" in reply.json()["text"]
    assert (reply.json()["stands"], reply.json()["appeal"]) == (True, None)
    assert "court" in page.text
    assert "<form" in page.text
    for one in (reply, page):
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "{link}" not in one.text
        assert found.case not in one.text


def test_one_objects_once_on_the_page_and_sees_that_it_arrived(server: Running):
    found = decided(server, "objects")
    with server.http() as http:
        sent = http.post(f"/statement{found.address}", data={"text": "It is my own cat."})
        assert sent.status_code == 303
        assert "Your objection arrived" in http.get(f"/statement{found.address}").text
        again = http.post(f"/v1/statements{found.address}/appeal", json={"text": "Really."})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "appealed")
        assert http.get(f"/v1/statements{found.address}").json()["appeal"]["state"] == "open"


def test_programs_object_too(server: Running):
    found = decided(server, "program")
    with server.http() as http:
        reply = http.post(f"/v1/statements{found.address}/appeal", json={"text": "It is a boat."})
        assert reply.status_code == 201
        assert reply.json()["party"] == "poster"
        assert http.post(f"/v1/statements{found.address}/appeal", json={"text": 1}).status_code == 400


def test_whoever_reported_objects_to_a_refusal(server: Running):
    found = decided(server, "reporter", Choice.REFUSE)
    path = f"/v1/reports/{found.case}/appeal"
    with server.http() as http:
        assert http.post(path, json={"passphrase": "wrong", "text": "It is me."}).status_code == 401
        reply = http.post(path, json={"passphrase": WORDS, "text": "It is me."})
        assert (reply.status_code, reply.json()["party"]) == (201, "reporter")


@pytest.mark.parametrize("way", ["/statement", "/v1/statements"])
def test_there_is_nothing_at_a_wrong_address(server: Running, way: str):
    found = decided(server, f"wrong{way.count('v')}")
    with server.http() as http:
        assert http.get(f"{way}{found.address[:-1]}x").status_code == 404
        assert http.get(f"{way}/res_none/cpy/{'0' * 32}").status_code == 404
