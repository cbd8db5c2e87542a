"""Whoever reported reads why they were refused, and objects once, with the six words they hold."""

import pytest

from consentry.core.case import RefusalGround
from consentry.core.staff import Member, Role
from consentry.web.complaints import ANSWERED
from support.running import Running

FORM = {
    "standing": "self",
    "under18": "no",
    "urls": ["https://elsewhere.example/complaint"],
    "statement": "It is me.",
    "declares_intimate": True,
    "good_faith": True,
    "signature": "A. Person",
}
WHY = "It shows a harbour, and nobody in it."
NO = "Please look again: it shows me at the harbour."


@pytest.fixture
def ask(server: Running):
    with server.http() as http:
        receipt = http.post("/v1/reports", json=FORM).json()

    def asked(**more: object):
        with server.http() as http:
            path = f"/v1/reports/{receipt['reference']}/refusals"
            return http.post(path, json={"passphrase": receipt["passphrase"], **more})

    asked.reference = receipt["reference"]
    return asked


@pytest.fixture
def refused(server: Running, ask):
    member = Member(f"stf_{ask.reference}", f"ada {ask.reference}", frozenset({Role.REVIEWER}), now(server))
    with server.system.store.begin() as tx:
        tx.save_member(member)
    server.system.refusals.refuse(ask.reference, RefusalGround.NOT_INTIMATE, WHY, member.name)
    return ask


def now(server: Running):
    with server.system.store.read() as view:
        return view.now()


def test_what_was_not_refused_has_no_refusal_and_no_complaint(ask):
    assert ask().json() == {"refusals": []}
    assert ask(text=NO).json()["error"]["code"] == "not_refused"


def test_the_reason_is_read_and_objected_to_once(refused):
    reply = refused(text=NO)
    assert reply.headers["cache-control"] == "no-store"
    (told,) = reply.json()["refusals"]
    assert (told["reason"], told["ground"]) == (WHY, "not_intimate_image_content")
    assert told["answer_due"] > told["complained"]
    assert refused(text=NO).status_code == 409
    described = ANSWERED[200]["content"]["application/json"]["schema"]["properties"]["refusals"]
    assert set(told) == set(described["items"]["properties"])
    assert "ada" not in reply.text


def test_nobody_else_reads_it(refused):
    assert refused(passphrase="wrong words").status_code == 401
    assert refused(text=7).status_code == 400
