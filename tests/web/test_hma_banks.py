"""Curators who know HMA keep their banks here as they did there."""

import json
import time

import pytest

from support.running import running
from web.test_hma import FLAT, MD5, ONES, PICTURE, ZEROS, photo


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("hma"), max_body_mb=1) as up:
        yield up


@pytest.fixture(scope="module")
def http(server):
    with server.http("admin,screen") as client:
        yield client


@pytest.fixture
def bank(http):
    assert http.post("/c/banks", json={"name": "BANK_A"}).status_code == 201
    yield "BANK_A"
    for each in http.get("/c/banks").json():
        http.delete(f"/c/bank/{each['name']}")


def told(reply) -> tuple[int, object]:
    body = reply.json()
    return reply.status_code, body["message"] if isinstance(body, dict) and "message" in body else body


def test_a_bank_is_made_in_hmas_shapes(http, bank):
    assert told(http.post("/c/banks", json={"name": bank})) == (403, "Bank already exists")
    assert told(http.get("/c/banks")) == (200, [{"matching_enabled_ratio": 1.0, "name": bank}])
    assert told(http.get(f"/c/bank/{bank}")) == (200, {"matching_enabled_ratio": 1.0, "name": bank})
    assert told(http.get("/c/bank/NOPE")) == (404, "bank 'NOPE' not found")


@pytest.mark.parametrize(
    ("body", "ratio"),
    [
        ({"enabled_ratio": "0.5"}, 0.5),
        ({"enabled_ratio": 0.25}, 0.25),
        ({"enabled": False}, 0.0),
        ({"enabled": "true", "matching_enabled_ratio": 1.0}, 1.0),
    ],
    ids=["text", "number", "off", "a client's own words"],
)
def test_a_share_may_be_text(http, bank, body, ratio):
    reply = http.post("/c/banks", json={"name": "BANK_B", **body})
    assert told(reply) == (201, {"matching_enabled_ratio": ratio, "name": "BANK_B"})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "lower"}, 400),
        ({"name": 7}, 400),
        ({"name": "B", "enabled_ratio": 7}, 400),
        ({"name": "B", "enabled_ratio": "half"}, 400),
        ({"name": "B", "enabled": "perhaps"}, 400),
        ({}, 422),
        ([], 422),
        (None, 422),
    ],
    ids=["lower", "number", "share", "no number", "no flag", "empty", "list", "null"],
)
def test_a_bank_that_cannot_be_is_refused(http, bank, body, status):
    reply = http.post("/c/banks", json=body)
    assert reply.status_code == status
    assert isinstance(reply.json(), list) is (status == 422)


def test_a_body_that_is_no_json_is_refused(http):
    assert http.post("/c/banks", content=b"notjson").status_code == 422


def test_a_bank_is_changed(http, bank):
    http.post("/c/banks", json={"name": "BANK_B"})
    assert told(http.put("/c/bank/BANK_B", json={"name": bank})) == (403, "Bank name already exists")
    bad = http.put("/c/bank/BANK_B", json={"name": "bad name"})
    assert told(bad) == (400, "Bank names must be UPPER_WITH_UNDERSCORE")
    assert http.put("/c/bank/BANK_B", json={"enabled": False}).json()["matching_enabled_ratio"] == 0
    assert told(http.put("/c/bank/NOPE", json={"enabled": True})) == (404, "Bank not found")
    renamed = http.put("/c/bank/BANK_B", json={"name": "BANK_C"})
    assert renamed.json()["name"] == "BANK_C"
    assert told(http.delete("/c/bank/NOPE")) == (200, "Done")


def test_a_picture_is_added_with_a_note_and_what_is_known_of_it(http, bank):
    metadata = {"content_id": "c1", "content_uri": "https://x/1", "json": {"k": [1]}}
    form = {"note": "first", "metadata": json.dumps(metadata)}
    reply = http.post(f"/c/bank/{bank}/content", data=form, **photo())
    assert reply.status_code == 200
    number, signals = reply.json()["id"], reply.json()["signals"]
    whole = {
        "id": number,
        "bank": {"matching_enabled_ratio": 1.0, "name": bank},
        "disable_until_ts": 1,
        "metadata": metadata | {"collab": None},
        "note": "first",
        "original_media_uri": None,
    }
    path = f"/c/bank/{bank}/content/{number}"
    assert told(http.get(path)) == (200, whole)
    assert http.get(path, params={"include_signals": "true"}).json() == whole | {"signals": signals}
    assert "metadata" not in http.get(path, params={"include_metadata": "false"}).json()


def test_a_client_that_sends_only_the_inner_metadata_is_understood(http, bank):
    form = {"content_id": "c9", "metadata": json.dumps({"any": "thing"})}
    number = http.post(f"/c/bank/{bank}/content", data=form, **photo()).json()["id"]
    found = http.get(f"/c/bank/{bank}/content/{number}").json()["metadata"]
    assert (found["content_id"], found["json"]) == ("c9", {"any": "thing"})


def test_what_is_known_of_a_picture_may_stand_in_the_address(http, bank):
    said = {"content_id": "c8", "metadata": json.dumps({"any": "thing"}), "note": "n"}
    number = http.post(f"/c/bank/{bank}/content", params=said, **photo()).json()["id"]
    found = http.get(f"/c/bank/{bank}/content/{number}").json()
    assert (found["metadata"]["content_id"], found["metadata"]["json"]) == ("c8", {"any": "thing"})
    assert found["note"] == "n"


def test_metadata_in_a_json_body_must_be_as_hma_describes_it(http, bank):
    url = f"/c/bank/{bank}/signal"
    wrong = http.post(url, json={"pdq": ONES, "metadata": {"any": "thing"}})
    assert told(wrong) == (400, "Invalid metadata: it may have content_id, content_uri, json")
    right = {"content_id": "c7", "json": {"any": {}}}
    number = http.post(url, json={"pdq": ONES, "metadata": right}).json()["id"]
    found = http.get(f"/c/bank/{bank}/content/{number}").json()["metadata"]
    assert found == {**right, "content_uri": None, "collab": None}


def test_where_nothing_is_known_or_noted_there_is_no_empty_field(http, bank):
    path = f"/c/bank/{bank}/content/{http.post(f'/c/bank/{bank}/signal', json={'pdq': ONES}).json()['id']}"
    assert not {"metadata", "note"} & http.get(path).json().keys()
    for note in ("first", "second", ""):
        assert http.put(path, json={"note": note}).json()["note"] == note
        assert http.get(path).json().get("note", "") == note
    assert "note" not in http.get(path).json()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"metadata": "{"}, "metadata form field must be valid JSON"),
        ({"metadata": "[1]"}, "Invalid metadata: it must be an object"),
        ({"note": "x" * 256}, "note must be at most 255 characters"),
    ],
    ids=["no json", "list", "long note"],
)
def test_what_is_said_of_a_picture_must_make_sense(http, bank, form, says):
    assert told(http.post(f"/c/bank/{bank}/content", data=form, **photo())) == (400, says)


def test_a_picture_that_has_no_hash_is_not_added(http, bank):
    flat = http.post(f"/c/bank/{bank}/content", **photo(FLAT))
    assert told(flat) == (400, "Invalid pdq signal: too little in the picture")
    assert http.post(f"/c/bank/{bank}/content", **photo(b"text")).status_code == 400
    nothing = http.post(f"/c/bank/{bank}/content", json={})
    assert told(nothing) == (400, "Neither `url` nor multipart file upload was received")
    assert told(http.post("/c/bank/NOPE/content", **photo())) == (404, "bank 'NOPE' not found")
    address = http.post(f"/c/bank/{bank}/content", params={"url": "http://127.0.0.1/x"})
    assert told(address) == (400, "Invalid or unsafe URL provided")


def test_hashes_are_added_as_one_picture(http, bank):
    reply = http.post(f"/c/bank/{bank}/signal", json={"video_md5": MD5, "pdq": ONES, "note": "n"})
    assert reply.json()["signals"] == {"pdq": ONES, "video_md5": MD5}
    found = http.get(f"/c/bank/{bank}/content/{reply.json()['id']}", params={"include_signals": "true"})
    assert found.json()["signals"] == {"pdq": ONES, "video_md5": MD5}
    assert found.json()["note"] == "n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"pdq": "F" * 64}, "Invalid pdq signal: invalid PDQ hash"),
        ({"pdq": "f" * 63}, "Invalid pdq signal: invalid PDQ hash"),
        ({"pdq": 7}, "Invalid pdq signal: invalid PDQ hash"),
        ({"nope": "x"}, "No such signal type nope"),
        ({}, "No signals given"),
        ([], "Request input was not a dict"),
    ],
    ids=["capitals", "short", "number", "unknown", "none", "list"],
)
def test_a_malformed_hash_is_not_added(http, bank, body, says):
    assert told(http.post(f"/c/bank/{bank}/signal", json=body)) == (400, says)


def test_a_picture_is_paused_and_noted_in_hmas_second_shape(http, bank):
    number = http.post(f"/c/bank/{bank}/signal", json={"pdq": ONES}).json()["id"]
    path, until = f"/c/bank/{bank}/content/{number}", int(time.time()) + 3600
    assert told(http.put(path, json={"note": "changed", "disable_until_ts": until})) == (
        200,
        {
            "bank": {"matching_enabled_ratio": 1.0, "name": bank},
            "collab_metadata": {},
            "disable_until_ts": until,
            "id": number,
            "note": "changed",
            "original_media_uri": None,
            "user_metadata": {},
        },
    )
    assert http.put(path, json={"disable_until_ts": 0}).json()["disable_until_ts"] == 0
    assert http.put(path, json={"disable_until_ts": 1}).json()["disable_until_ts"] == 1
    assert http.put(path, json={}).json()["note"] == "changed"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (-1, "disable_until_ts must be a non-negative integer"),
        (9999999999, "disable_until_ts must be less than 5 years in the future"),
        (10**30, "disable_until_ts must be less than 5 years in the future"),
        ("abc", "Invalid int: 'abc'"),
    ],
)
def test_a_pause_must_make_sense(http, bank, value, says):
    number = http.post(f"/c/bank/{bank}/signal", json={"pdq": ONES}).json()["id"]
    reply = http.put(f"/c/bank/{bank}/content/{number}", json={"disable_until_ts": value})
    assert told(reply) == (400, says)


def test_what_a_bank_does_not_have_is_not_in_another_either(http, bank):
    http.post("/c/banks", json={"name": "BANK_B"})
    number = http.post(f"/c/bank/{bank}/signal", json={"pdq": ONES}).json()["id"]
    elsewhere = f"/c/bank/BANK_B/content/{number}"
    assert told(http.get(elsewhere)) == (404, f"content '{number}' not found")
    assert told(http.put(elsewhere, json={"note": "x"})) == (404, f"content '{number}' not found")
    assert told(http.delete(elsewhere)) == (200, {"deleted": 0})
    assert http.get(f"/c/bank/{bank}/content/{number}").status_code == 200
    for wrong in ("999999", "abc", "1" * 30, "-1", "²"):
        assert http.get(f"/c/bank/{bank}/content/{wrong}").status_code == 404
    assert told(http.delete("/c/bank/NOPE/content/1")) == (404, "bank 'NOPE' not found")


def test_types_are_listed(http):
    assert [each["name"] for each in http.get("/c/signal_type").json()] == ["pdq", "video_md5", "sha256"]
    assert [each["name"] for each in http.get("/c/content_type").json()] == ["photo", "video"]
    index = http.get("/c/signal_type/index", params={"signal_type": "pdq"}).json()
    assert index["pdq"]["index_out_of_date"] is False
    assert http.get("/c/signal_type/index", params={"signal_type": "nope"}).status_code == 400


def test_exchanges_are_told_honestly(http, server, bank):
    assert http.get("/c/exchanges/apis").json() == []
    assert told(http.get("/c/exchanges/api/ncmec")) == (400, "no such Exchange API 'ncmec'")
    assert told(http.get("/c/exchanges/api/ncmec/schema"))[0] == 404
    asked = http.post("/c/exchanges", json={"bank": "B", "api": "sample", "api_json": {}})
    assert told(asked) == (400, "No such exchange type 'sample'")
    assert told(http.post("/c/exchanges", json={"api": "sample"})) == (400, "bank is required")
    assert told(http.get(f"/c/exchange/{bank}")) == (404, f"Exchange '{bank}' not found")
    server.system.banking.change(bank, "test", source="listfile")
    assert http.get("/c/exchanges").json() == [bank]
    assert http.get(f"/c/exchange/{bank}").json() == {"name": bank, "api": "listfile", "enabled": True}
    assert http.put(f"/c/exchange/{bank}", json={"enabled": False}).json()["enabled"] is False
    status = http.get(f"/c/exchange/{bank}/status").json()
    assert (status["fetched_items"], status["up_to_date"]) == (0, False)
    assert told(http.delete(f"/c/exchange/{bank}")) == (200, "Exchange deleted")
    assert told(http.delete(f"/c/exchange/{bank}")) == (200, "Exchange deleted")
    assert http.get(f"/c/bank/{bank}").status_code == 404


def test_a_huge_body_is_refused(http, bank):
    huge = photo(PICTURE + bytes(2**20))
    for path in ("/h/hash", "/m/lookup", f"/c/bank/{bank}/content"):
        assert http.post(path, **huge).status_code == 413
    assert http.post("/m/compare", content=b"[" * 2**20 + b" ").status_code == 413
    assert http.post("/m/compare", content=b"[" * 500_000).status_code == 400
    assert http.get("/m/lookup", params={"signal": ZEROS, "signal_type": "pdq"}).json() == {}
