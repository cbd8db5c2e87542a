"""One file per source of known pictures, and how those that are services are spoken to.

Whoever speaks to a source never repeats its words, follows no redirect, reads no answer beyond a
limit, and waits no longer than it was told, however slowly the bytes drip in.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import httpx2

from consentry.core.errors import UpstreamTrouble
from consentry.core.exchange import unreadable

MAX_ANSWER = 32 * 2**20
"""Largest answer in bytes: a page of 1,000 records with a dozen hashes each is about 2 MB."""

SECONDS = 120.0
"""Longest wait for one whole answer, in seconds."""


UNANSWERABLE = frozenset({400, 404, 410, 413, 422, 500})
"""What a source says that cannot answer this question, such as one for a page it forgot or chokes on."""


class Caller:
    """Asks one service. Raises UpstreamTrouble, with a code, for anything but a whole answer."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Ask the service at `base_url`, with secrets in `headers` or as a `login`."""
        self._base = base_url.rstrip("/")
        self._seconds = seconds
        self._client = httpx2.Client(
            headers={"Accept-Encoding": "identity"} | dict(headers or {}),
            auth=login,
            timeout=seconds,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()

    def get(
        self, path: str, wanted: Mapping[str, str] | None = None, key: Mapping[str, str] | None = None
    ) -> bytes:
        """The answer to a question at `path` below the service's address."""
        return self._ask("GET", path, wanted=wanted, headers=key)

    def send(
        self, method: str, path: str, body: bytes, kind: str, key: Mapping[str, str] | None = None
    ) -> bytes:
        """The answer to `body`, of the media type `kind`."""
        return self._ask(method, path, body=body, headers={"Content-Type": kind} | dict(key or {}))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        wanted: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        started = time.monotonic()
        url = f"{self._base}/{path.lstrip('/')}"
        try:
            with self._client.stream(method, url, params=wanted, content=body, headers=headers) as answer:
                _check(answer)
                return _read(answer, started + self._seconds)
        except httpx2.TimeoutException:
            raise trouble("bank_timeout") from None
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL):
            raise trouble("bank_unreachable") from None


def trouble(code: str) -> UpstreamTrouble:
    """What a source did wrong, in our own words."""
    says = {
        "bank_timeout": "The source of the list did not answer in time.",
        "bank_unreachable": "The source of the list cannot be reached.",
        "bank_failed": "The source of the list failed.",
        "bank_refused_us": "The source of the list does not accept our credentials.",
        "bank_empty": "Nothing in the list could be understood.",
        "bank_busy": "The source of the list asks us to come back later.",
    }
    if code == "bank_refused_us":
        return UpstreamTrouble(says[code], code=code, next_step="Check the credentials in the settings.")
    return UpstreamTrouble(says[code], code=code)


def _check(answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    if answer.request.method == "GET" and answer.status_code in UNANSWERABLE:
        raise unreadable()
    codes = {401: "bank_refused_us", 403: "bank_refused_us", 429: "bank_busy"}
    raise trouble(codes.get(answer.status_code, "bank_failed"))


def _read(answer: httpx2.Response, until: float) -> bytes:
    """The body, as it was sent: one that unfolds in our hands could be of any size."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise trouble("bank_failed")
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise trouble("bank_failed")
        if time.monotonic() > until:
            raise trouble("bank_timeout")
    return bytes(body)
