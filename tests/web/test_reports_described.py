"""The description of the report door names exactly what is read there and answered."""

from consentry.web.comeback import SECRET
from consentry.web.reports import FIELDS
from consentry.web.reports_described import MESSAGES, RECEIPT, REPORT, STATUS, WITHDRAWN
from support.running import Running


def answered(described: dict, status: int) -> dict:
    return described[status]["content"]["application/json"]["schema"]["properties"]


def form() -> dict:
    return REPORT["requestBody"]["content"]["application/json"]["schema"]


def test_the_form_is_described_in_full():
    assert set(form()["properties"]) == set(FIELDS)


def test_a_form_without_what_is_required_is_sent_back_and_one_with_it_is_taken(server: Running):
    full = {
        "standing": "acting_for",
        "under18": "no",
        "urls": [server.address("described")],
        "statement": "She asked me to.",
        "declares_intimate": True,
        "good_faith": True,
        "signature": "A. Friend",
    }
    assert set(full) == {*form()["required"], "urls"}
    with server.http() as http:
        assert http.post("/v1/reports", json=full).status_code == 201
        for name in full:
            less = {key: value for key, value in full.items() if key != name}
            assert http.post("/v1/reports", json=less).status_code == 400, name


def test_answers_have_the_fields_that_are_described(server: Running, photo: bytes):
    server.post_picture(photo, "described")
    report = {
        "standing": "self",
        "under18": "no",
        "urls": [server.address("described")],
        "statement": "It is me.",
        "declares_intimate": True,
        "good_faith": True,
        "signature": "A. Person",
    }
    with server.http() as http:
        receipt = http.post("/v1/reports", json=report).json()
        secret = {"passphrase": receipt["passphrase"]}
        status = http.post(f"/v1/reports/{receipt['reference']}/status", json=secret).json()
        path = f"/v1/reports/{receipt['reference']}/messages"
        messages = http.post(path, json=secret | {"text": "It is me."}).json()
        withdrawn = http.post(f"/v1/reports/{receipt['reference']}/withdraw", json=secret).json()
    assert set(receipt) == set(answered(RECEIPT, 201))
    assert set(receipt["proof"]) == set(answered(RECEIPT, 201)["proof"]["properties"])
    assert set(receipt["clocks"][0]) == set(answered(RECEIPT, 201)["clocks"]["items"]["properties"])
    assert set(status) == set(answered(STATUS, 200))
    assert set(status["timeline"][0]) == set(answered(STATUS, 200)["timeline"]["items"]["properties"])
    assert status["state"] in answered(STATUS, 200)["state"]["enum"]
    assert set(messages) == {"messages"}
    letter = answered(MESSAGES, 200)["messages"]["items"]["properties"]
    assert [set(each) for each in messages["messages"]] == [set(letter)]
    assert set(withdrawn) == set(answered(WITHDRAWN, 200))


def test_coming_back_needs_the_passphrase_alone():
    schema = SECRET["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == list(schema["properties"]) == ["passphrase"]
