"""A site that takes Consentry's orders: it checks the signature, acts once an id, hides and restores."""

import base64
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["PLATFORM_SECRET"].removeprefix("whsec_"))
MODERATOR = f"Bearer {os.environ['PLATFORM_TOKEN']}"
TURN, DB = threading.Lock(), sqlite3.connect(sys.argv[2], check_same_thread=False)
DB.execute("CREATE TABLE IF NOT EXISTS media (name TEXT PRIMARY KEY, data BLOB, hidden INT DEFAULT 0)")
DB.execute("CREATE TABLE IF NOT EXISTS done (id TEXT PRIMARY KEY)")
ACTIONS = {"item.hide": "hidden = 1", "item.restore": "hidden = 0", "item.remove": "hidden = 1, data = NULL"}


def signed(headers, body):
    key, sent = headers["webhook-id"] or "", headers["webhook-timestamp"] or "0"
    ours = base64.b64encode(hmac.digest(SECRET, f"{key}.{sent}.".encode() + body, "sha256")).decode()
    theirs = (headers["webhook-signature"] or "").split()
    fresh = sent.isdecimal() and abs(time.time() - int(sent)) < 300
    return fresh and any(hmac.compare_digest(f"v1,{ours}", one) for one in theirs)


class Site(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm, wbufsize = "HTTP/1.1", True, -1

    def answer(self, status, data=b""):
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):  # /media/NAME for the public, /moderation/NAME for moderators
        door, _, name = self.path[1:].partition("/")
        with TURN:
            row = DB.execute("SELECT data, hidden FROM media WHERE name = ?", (name,)).fetchone()
        inside = door == "moderation" and self.headers["authorization"] == MODERATOR
        shown = row and row[0] and (inside or (door == "media" and not row[1]))
        self.answer(200, row[0]) if shown else self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        order = json.loads(body) if signed(self.headers, body) else {"type": ""}
        if order["type"] not in ACTIONS:
            return self.answer({"": 401, "consentry.test": 204}.get(order["type"], 501))
        item = (order["data"]["item"],)
        with TURN, DB:  # the id and what it does are kept together: a repeated order changes nothing
            if DB.execute("INSERT OR IGNORE INTO done VALUES (?)", (self.headers["webhook-id"],)).rowcount:
                DB.execute(f"UPDATE media SET {ACTIONS[order['type']]} WHERE name = ?", item)
            known = DB.execute("SELECT 1 FROM media WHERE name = ?", item).fetchone()
        return self.answer(200 if known else 410)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Site).serve_forever()
