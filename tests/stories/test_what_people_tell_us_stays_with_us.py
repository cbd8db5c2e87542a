"""What somebody types at any door turns up nowhere else: no log, no figure, no file, no message."""

import logging
import sqlite3
import time
from pathlib import Path

from support.running import Running, running


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
        "urls": [server.address("theirs")],
        "statement": canary.prompt,
        "declares_intimate": True,
        "good_faith": True,
        "signature": canary.token,
        "contact": canary.email,
        "place": "gb",
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
        return [status, http.post(f"{path}/withdraw", json=secret)]


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
