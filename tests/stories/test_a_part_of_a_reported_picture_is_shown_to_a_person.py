"""Somebody posts a part of a reported picture, cut and turned: a person looks, and nothing is hidden."""

import json
import time
from collections.abc import Sequence

import httpx2
import numpy as np
import pytest

from consentry.core.candidate import Candidate, CandidateState
from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.core.match import Method
from matching.drawn import saved
from matching.shown import part
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


def pictures(seed: int) -> list[bytes]:
    """A picture, a copy with a fifth cut off and the rest turned, and one with nothing to do with it."""
    known, copy = part(seed)
    other, _ = part(seed + 100)
    return [saved(np.asarray(rgb), "PNG") for rgb in (known, copy, other)]


def report(server: Running, item: str) -> dict:
    with server.http() as http:
        return http.post("/v1/reports", json={**REPORT, "urls": [server.address(item)]}).json()


def withdraw(server: Running, receipt: dict) -> None:
    with server.http() as http:
        url = f"/v1/reports/{receipt['reference']}/withdraw"
        assert http.post(url, json={"passphrase": receipt["passphrase"]}).status_code == 200


def settled(server: Running, seconds: float = 120) -> None:
    """Wait until nothing has been done for two seconds, so that what is left waits for a later hour."""
    ends, since, before = time.monotonic() + seconds, time.monotonic(), -1
    while time.monotonic() - since < 2:
        counts = server.system.store.queue()
        if counts["leased"] or counts["done"] != before:
            since, before = time.monotonic(), counts["done"]
        assert time.monotonic() < ends, counts
        time.sleep(0.1)


def found(server: Running, receipt: dict) -> Sequence[Candidate]:
    with server.system.store.read() as view:
        return view.candidates_of(receipt["reference"])


def blobs(server: Running) -> set[str]:
    return {path.name for path in (server.system.settings.directory / "blobs").rglob("*") if path.is_file()}


def records(server: Running) -> list[dict]:
    store = server.system.store
    lines = [store.line(index) for index in range(store.size())]
    return [json.loads(line.record) for line in lines if line.entry.kind is Kind.CASE]


def test_a_part_posted_after_the_report_waits_for_a_person_and_is_not_hidden(server: Running):
    known, copy, other = pictures(1)
    server.post_picture(known, "hers")
    receipt = report(server, "hers")
    settled(server)
    assert server.post_picture(copy, "part").status_code == 200
    assert server.post_picture(other, "other").status_code == 200
    settled(server)
    (candidate,) = found(server, receipt)
    match = candidate.match
    assert (candidate.state, match.method) == (CandidateState.OPEN, Method.PARTIAL)
    assert match.distance <= 70
    assert 0.4 < match.region.area < 0.9
    assert httpx2.get(server.address("part")).status_code == 200
    (line,) = [record for record in records(server) if record.get("candidate") == candidate.id]
    assert (line["event"], line["distance"]) == ("candidate", match.distance)


def test_a_part_posted_before_the_report_is_found_as_well(server: Running):
    known, copy, other = pictures(2)
    for item, data in {"first": known, "a-part": copy, "another": other}.items():
        assert server.post_picture(data, item).status_code == 200
    settled(server)
    receipt = report(server, "first")
    settled(server)
    (candidate,) = found(server, receipt)
    with server.system.store.read() as view:
        assert view.known(candidate.picture).item == "a-part"
    assert httpx2.get(server.address("a-part")).status_code == 200


def test_a_report_taken_back_finds_no_more_parts_and_its_features_are_destroyed(server: Running):
    known, copy, _ = pictures(4)
    server.post_picture(known, "mine")
    receipt = report(server, "mine")
    settled(server)
    server.post_picture(copy, "a-part-of-mine")
    settled(server)
    store = server.system.store
    with store.read() as view:
        (picture,) = view.known_of(receipt["reference"])
        key = store.wrapped_key(view.features(picture.id).blob)
    assert key.digest in blobs(server)

    withdraw(server, receipt)
    server.post_picture(copy, "taken-back-and-again")
    settled(server)
    assert [one.state for one in found(server, receipt)] == [CandidateState.WITHDRAWN]
    assert key.digest not in blobs(server)
    with store.read() as view, pytest.raises(NotFound):
        view.features(picture.id)


def test_where_features_of_uploads_are_not_wanted_none_are_kept(tmp_path):
    known, copy, _ = pictures(5)
    with running(tmp_path, features_days=0.0) as server:
        for item, data in {"part": copy, "whole": known}.items():
            assert server.post_picture(data, item).status_code == 200
        receipt = report(server, "whole")
        settled(server)
        with server.system.store.read() as view:
            assert view.features_of("upload", "", 100) == []
        assert found(server, receipt) == []
