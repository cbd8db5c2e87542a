"""A report needs no account, is acknowledged with proof, and is nobody's business but its reporter's."""

import pytest

from consentry.core.report import DeviceHash
from consentry.web import reports
from consentry.web.comeback import MAX_BODY
from consentry.web.reports import FIELDS
from support.running import Running

FORM = {
    "standing": "self",
    "under18": "no",
    "urls": ["https://elsewhere.example/1"],
    "statement": "It is me.",
    "declares_intimate": True,
    "good_faith": True,
    "signature": "A. Person",
    "contact": "ada@mail.example",
    "place": "GB",
    "where": "in a group called Harbour",
    "hashes": [{"pdq": "0f" * 32, "quality": 90}],
    "why": "made",
    "language": "cy",
    "may_write": True,
}


def post(server: Running, path: str, **more: object):
    with server.http() as http:
        return http.post(f"/v1/reports{path}", **more)


@pytest.fixture
def receipt(server: Running) -> dict:
    return post(server, "", json=FORM).json()


def test_nothing_of_it_is_kept_by_anything_between(server: Running, receipt: dict):
    for reply in (
        post(server, "", json=FORM),
        post(server, f"/{receipt['reference']}/status", json={"passphrase": receipt["passphrase"]}),
    ):
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"


def test_a_receipt_has_a_passphrase_a_time_and_proof(receipt: dict):
    assert len(receipt["passphrase"].split()) == 6
    assert receipt["decided_by"] > receipt["received"]
    assert receipt["proof"]["checkpoint"].startswith("consentry.example/log\n")


def test_the_status_says_nothing_about_the_reporter(server: Running, receipt: dict):
    reply = post(server, f"/{receipt['reference']}/status", json={"passphrase": receipt["passphrase"]})
    assert reply.json()["reference"] == receipt["reference"]
    for private in (FORM["contact"], FORM["signature"], FORM["statement"], receipt["passphrase"]):
        assert private not in reply.text


def test_the_log_says_nothing_about_the_reporter(server: Running, receipt: dict):
    with server.http("read") as http:
        record = http.get(f"/v1/log/entry/{receipt['proof']['log_index']}").text
    for private in (FORM["contact"], FORM["signature"], FORM["statement"], receipt["passphrase"]):
        assert private not in record


def test_a_passphrase_is_forgiving_about_how_it_is_typed(server: Running, receipt: dict):
    typed = f"  {receipt['passphrase'].upper().replace(' ', '  ')} "
    assert post(server, f"/{receipt['reference']}/status", json={"passphrase": typed}).status_code == 200


@pytest.mark.parametrize("body", [b"[]", b"null", b"{", b'{"passphrase": 7}'])
def test_a_body_that_is_no_form_is_sent_back(server: Running, receipt: dict, body: bytes):
    for path in ("", f"/{receipt['reference']}/status", f"/{receipt['reference']}/withdraw"):
        assert post(server, path, content=body).status_code == 400


def test_a_report_longer_than_any_report_is_refused(server: Running):
    reply = post(server, "", content=b"x" * (MAX_BODY + 1))
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")


def test_a_report_taken_back_needs_its_passphrase(server: Running, receipt: dict):
    path = f"/{receipt['reference']}/withdraw"
    assert post(server, path, json={"passphrase": "a b c d e f"}).status_code == 401
    assert post(server, path, json={"passphrase": receipt["passphrase"]}).json()["state"] == "withdrawn"


def test_every_field_of_the_form_is_read():
    assert set(FIELDS) == set(FORM)
    read = reports._report(FORM)
    assert read.place == "gb"
    assert read.contact == FORM["contact"]
    assert (read.where, read.why, read.language, read.may_write) == (FORM["where"], "made", "cy", True)
    assert read.hashes == (DeviceHash("0f" * 32, 90),)


@pytest.mark.parametrize(
    "hashes",
    ["0f", [{"pdq": "0f" * 32}], [{"pdq": 7, "quality": 9}], [{"pdq": "0F" * 32, "quality": 90}], [7],
     [{"pdq": "0f" * 32, "quality": True}], [{"pdq": "0f" * 32, "quality": 101}]],
)  # fmt: skip
def test_a_hash_that_is_none_is_sent_back_by_its_field(server: Running, hashes):
    reply = post(server, "", json=FORM | {"hashes": hashes})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "hashes")


def test_somebody_who_comes_back_can_name_more_places(server: Running, receipt: dict, photo: bytes):
    server.post_picture(photo, "named-later")
    secret = {"passphrase": receipt["passphrase"]}
    more = secret | {"urls": [server.address("named-later")]}
    reply = post(server, f"/{receipt['reference']}/places", json=more)
    assert [copy["where"] for copy in reply.json()["timeline"]] == [server.address("named-later")]
    again = post(server, f"/{receipt['reference']}/places", json=more)
    assert again.json()["copies"]["found"] == 1
    assert post(server, f"/{receipt['reference']}/places", json=more | {"urls": []}).status_code == 400


def test_messages_go_both_ways_and_only_with_the_passphrase(server: Running, receipt: dict, canary):
    path, secret = f"/{receipt['reference']}/messages", {"passphrase": receipt["passphrase"]}
    assert post(server, path, json=secret | {"passphrase": "a b c d e f"}).status_code == 401
    post(server, path, json=secret | {"text": f"It is back. {canary.prompt}"})
    server.system.desk.answer(receipt["reference"], "We are looking.")
    read = post(server, path, json=secret).json()["messages"]
    assert [(one["from"], one["text"]) for one in read] == [
        ("reporter", f"It is back. {canary.prompt}"),
        ("staff", "We are looking."),
    ]
