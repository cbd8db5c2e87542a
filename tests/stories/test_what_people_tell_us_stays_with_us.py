"""What somebody types at any door turns up nowhere else: no log, no figure, no file, no message."""

import logging
import sqlite3
import time
from pathlib import Path

import httpx2

from consentry.web.public.app import create_report_app
from support.running import Running, running
from support.serving import served


def _gate(server: Running, canary, photo: bytes) -> list:
    files = {"image": ("photo.png", photo, "image/png")}
    asked = {"prompt": canary.prompt, "user": canary.email}
    refused = {"prompt": f"{canary.prompt}, put her in a bikini", "user": canary.email}
    with server.http("gate") as http:
        return [
            http.post("/v1/images/generations", json=asked),
            http.post("/v1/images/generations", json={**asked, "n": canary.prompt}),
            http.post("/v1/images/generations", json={**asked, "size": {"a": canary.prompt}}),
            http.post("/v1/images/edits", data=asked, files=files),
            http.post("/v1/images/edits", data=refused, files=files),
            http.post(f"/v1/{canary.token}", json=asked),
        ]


def _upload(server: Running, canary, photo: bytes) -> list:
    query = {"item": "theirs", "platform": "site", "account": canary.email}
    with server.http("screen") as http:
        published = http.put("/site/posts/theirs", content=photo)
        return [published, http.post("/v1/screen", params=query, content=photo)]


def _strangers(server: Running, canary) -> list:
    headers = {"authorization": f"Bearer cty_nobody_{canary.token}"}
    with server.http() as http:
        return [
            http.post("/v1/images/generations", json={"prompt": canary.prompt}, headers=headers),
            http.get(f"/{canary.token}", headers={"accept": "text/html"}),
            http.post("/v1/reports/C-2222-2222/status", json={"passphrase": canary.passphrase}),
            http.post("/v1/reports", json={"under18": canary.email, "standing": canary.passphrase}),
            http.post("/v1/reports", content=canary.email),
        ]


def _report(server: Running, canary) -> list:
    form = {
        "standing": "self",
        "under18": "no",
        "urls": [server.address("theirs"), f"https://elsewhere.example/{canary.token}"],
        "statement": canary.prompt,
        "declares_intimate": True,
        "good_faith": True,
        "signature": canary.token,
        "contact": canary.email,
        "place": "gb",
        "where": f"in {canary.prompt}",
    }
    with server.http() as http:
        receipt = http.post("/v1/reports", json=form).json()
        canary.more.append(receipt.pop("passphrase"))
        secret = {"passphrase": canary.more[-1]}
        path = f"/v1/reports/{receipt['reference']}"
        ends = time.monotonic() + 30
        while not (status := http.post(f"{path}/status", json=secret)).json()["clock_stopped"]:
            assert time.monotonic() < ends
            time.sleep(0.1)
        more = secret | {"urls": [f"https://elsewhere.example/{canary.token}/again"]}
        # Who writes is shown their own message, and by its name the field that there is not.
        http.post(f"{path}/messages", json=secret | {"text": canary.prompt}).raise_for_status()
        assert http.post("/v1/reports", json=form | {canary.token: 1}).status_code == 400
        return [
            http.post(f"{path}/places", json=more),
            http.post(f"{path}/places", json=secret | {"urls": [canary.passphrase]}),
            http.post(f"{path}/receipt", json=secret),
            *(http.post("/v1/reports", json=form | {name: canary.token}) for name in WRONG),
            status,
            http.post(f"{path}/withdraw", json=secret),
        ]


WRONG = ("language", "standing", "under18", "why", "urls", "hashes", "place")
"""Fields in which something that belongs nowhere may be sent; a place that is none counts as any place."""


def _form(server: Running, canary) -> list:
    """The form, with something of theirs in every field of every page, right and wrong ones."""
    said = {
        "who": {"standing": "self"},
        "age": {"under18": "no"},
        "where": {"urls": f"https://elsewhere.example/{canary.token}", "where": canary.prompt},
        "copies": {"hashes": ""},
        "why": {"why": "shared", "statement": canary.prompt},
        "reach": {"contact": canary.email, "may_write": "yes"},
        "sign": {"intimate": "yes", "good_faith": "yes", "signature": canary.token},
    }
    client = httpx2.Client(follow_redirects=True, timeout=60)
    with served(create_report_app(server.system)) as address, client as http:
        replies = [http.post(f"{address}/en/begin")]
        for page, given in said.items():
            strange = dict.fromkeys([*given, canary.token], canary.passphrase)
            replies.append(http.post(f"{address}/en/{page}", data=strange | {"hashes": canary.token}))
            replies.append(http.post(f"{address}/en/{page}", data=given))
        sent = http.post(f"{address}/en/check", data={"turn": canary.token})
        assert sent.url.path == "/en/sent"
        canary.more.append(sent.text.split('id="passphrase" lang="en">')[1].split("<")[0])
        canary.more.append(http.cookies["visit"])
        replies += [
            http.post(f"{address}/en/case", data={"do": "write", "text": canary.prompt}),
            http.post(f"{address}/en/case", data={"do": "add", "urls": f"https://x.example/{canary.token}"}),
            http.post(f"{address}/en/case", data={"do": canary.token, "text": "x" * 6_000 + canary.prompt}),
            http.get(f"{address}/en/receipt"),
            http.get(f"{address}/en/{canary.token}"),
            http.get(f"{address}/{canary.token}/"),
            http.post(
                f"{address}/en/status", data={"reference": canary.token, "passphrase": canary.passphrase}
            ),
        ]
    assert {reply.status_code for reply in replies} == {200, 404, 422}
    return []  # pages show people what they themselves entered


def _everything_stored(database: Path) -> str:
    """Every value in every table, as text."""
    with sqlite3.connect(database) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    connection.close()
    return repr(rows)


def test_nothing_that_was_typed_turns_up_anywhere(canary, caplog, tmp_path: Path, photo: bytes):
    for client in ("httpx2", "httpcore2"):  # this test's own client; `quiet_logs` does the same for ours
        caplog.set_level(logging.WARNING, client)
    canary.watch(tmp_path)
    with running(tmp_path) as server:
        canary.more.append(server.key("gate"))
        replies = [
            *_gate(server, canary, photo),
            *_upload(server, canary, photo),
            *_strangers(server, canary),
            *_report(server, canary),
            *_form(server, canary),
        ]
        assert {reply.status_code for reply in replies} >= {200, 201, 400, 401, 404}
        with server.http("read") as http:
            record = [http.get(f"/v1/log/entry/{index}").text for index in range(server.system.store.size())]
            figures = http.get("/metrics").text
        canary.dump("the answers", lambda: "\n".join(reply.text for reply in replies))
        canary.dump("the record", lambda: "\n".join(record))
        canary.dump("the figures", lambda: figures)
        stored = _everything_stored(tmp_path / "data" / "consentry.db")
        canary.dump("the database", lambda: stored)
    assert "C-" in stored
    assert len(record) > 5
