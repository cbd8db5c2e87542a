"""A person depicted, without an account, has every copy hidden within the legal clock, and proof of it."""

import time
from datetime import datetime, timedelta

import httpx2

from consentry.media import edits
from support.running import Running, running

REPORT = {
    "standing": "self",
    "under18": "no",
    "statement": "It was made and shared without my agreement.",
    "declares_intimate": True,
    "good_faith": True,
    "signature": "A. Person",
    "place": "gb",
}


def _report(server: Running, item: str) -> dict:
    with server.http() as http:
        reply = http.post("/v1/reports", json={**REPORT, "urls": [server.address(item)]})
    assert reply.status_code == 201, reply.text
    return reply.json()


def _status(server: Running, receipt: dict) -> dict:
    with server.http() as http:
        url = f"/v1/reports/{receipt['reference']}/status"
        return http.post(url, json={"passphrase": receipt["passphrase"]}).json()


def _wait(server: Running, receipt: dict, state: str, seconds: float = 30) -> dict:
    ends = time.monotonic() + seconds
    while (found := _status(server, receipt))["state"] != state:
        assert time.monotonic() < ends, found
        time.sleep(0.1)
    return found


def test_every_copy_goes_dark_and_the_clock_stops_with_proof(server: Running, photo: bytes):
    copies = {
        "the-picture": photo,
        "resized": edits.resized(photo, 0.5),
        "recompressed": edits.recompressed(photo, 40),
        "cropped": edits.cropped(photo, 0.05),
        "mirrored": edits.mirrored(photo),
    }
    for item, data in copies.items():
        assert server.post_picture(data, item).status_code == 200
        assert httpx2.get(server.address(item)).status_code == 200

    receipt = _report(server, "the-picture")
    ended = _wait(server, receipt, "removed")

    assert ended["copies"] == {"found": 5, "hidden": 5, "gone": 5}
    assert ended["clock_stopped"] is not None
    for item in copies:
        assert httpx2.get(server.address(item)).status_code == 404


def test_another_picture_stays_where_it_is(server: Running, photo: bytes, place: bytes):
    server.post_picture(photo, "hers")
    server.post_picture(place, "somebody-elses")
    _wait(server, _report(server, "hers"), "removed")
    assert httpx2.get(server.address("somebody-elses")).status_code == 200


def test_a_new_upload_of_it_is_refused_edited_or_not(server: Running, photo: bytes):
    server.post_picture(photo, "first")
    _wait(server, _report(server, "first"), "removed")
    for data in (photo, edits.mirrored(photo), edits.recompressed(photo, 50), edits.cropped(photo, 0.05)):
        assert server.post_picture(data, "refused-again").status_code == 451
    assert httpx2.get(server.address("refused-again")).status_code == 404


def test_the_clock_is_the_shortest_that_any_law_sets(server: Running, photo: bytes):
    server.post_picture(photo, "timed")
    receipt = _report(server, "timed")
    received, due = (datetime.fromisoformat(receipt[name]) for name in ("received", "decided_by"))
    assert due - received == timedelta(hours=48)
    assert any("10(3A)" in clock["law"] for clock in receipt["clocks"])


def test_in_india_it_is_two_hours(tmp_path, photo: bytes):
    with running(tmp_path, places="gb,in") as server:
        server.post_picture(photo, "timed")
        receipt = _report(server, "timed")
    received, due = (datetime.fromisoformat(receipt[name]) for name in ("received", "decided_by"))
    assert due - received == timedelta(hours=2)


def test_a_platform_that_only_says_so_does_not_stop_the_clock(server: Running, photo: bytes):
    server.post_picture(photo, "stubborn")
    server.system.site.lies = True
    receipt = _report(server, "stubborn")
    _wait(server, receipt, "hidden")
    time.sleep(1.0)
    assert _status(server, receipt)["clock_stopped"] is None
    server.system.site.lies = False
    assert _wait(server, receipt, "removed", 60)["clock_stopped"] is not None


def test_a_report_taken_back_shows_the_picture_again(server: Running, photo: bytes):
    server.post_picture(photo, "kept")
    receipt = _report(server, "kept")
    _wait(server, receipt, "removed")
    with server.http() as http:
        url = f"/v1/reports/{receipt['reference']}/withdraw"
        assert http.post(url, json={"passphrase": receipt["passphrase"]}).json()["state"] == "withdrawn"
    ends = time.monotonic() + 10
    while httpx2.get(server.address("kept")).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert server.post_picture(photo, "once-more").status_code == 200


def test_a_wrong_passphrase_and_an_unknown_reference_are_answered_alike(server: Running, photo: bytes):
    server.post_picture(photo, "private")
    receipt = _report(server, "private")
    with server.http() as http:
        wrong = http.post(f"/v1/reports/{receipt['reference']}/status", json={"passphrase": "a b c d e f"})
        unknown = http.post("/v1/reports/C-2222-2222/status", json={"passphrase": "a b c d e f"})
    assert wrong.status_code == unknown.status_code == 401
    both = [{**reply.json()["error"], "request_id": ""} for reply in (wrong, unknown)]
    assert both[0] == both[1]
