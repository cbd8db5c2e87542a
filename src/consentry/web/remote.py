"""Fetches a picture from an address that a caller names, if the operator trusts its host.

Without a list of hosts nothing is fetched: whoever may name an address could otherwise make this
server ask others, inside the operator's own network too. Redirects are not followed.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2

from consentry.core.errors import BadInput, TooLarge

SECONDS = 10.0
"""Longest wait for the other side, in seconds."""

OK = 200
"""RFC 9110 15.3.1."""


def fetch(url: str, hosts: frozenset[str], limit: int) -> tuple[str, bytes]:
    """The content type and the bytes at `url`, at most `limit`. Raises BadInput or TooLarge."""
    _check(url, hosts)
    try:
        with (
            httpx2.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url) as reply,
        ):
            if reply.status_code != OK:
                raise BadInput("Failed to fetch URL: it did not answer with a picture.", param="url")
            return reply.headers.get("content-type", ""), _read(reply, limit)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise BadInput("Failed to fetch URL: it did not answer.", param="url") from None


def _check(url: str, hosts: frozenset[str]) -> None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or host not in hosts:
        raise BadInput(
            "Invalid or unsafe URL provided",
            code="url_not_allowed",
            param="url",
            next_step="Send the picture itself, or have the operator list its host in `hma_hosts`.",
        )


def _read(reply: httpx2.Response, limit: int) -> bytes:
    body = bytearray()
    for chunk in reply.iter_bytes():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"What is at the URL is over the limit of {limit // 2**20} MiB.", param="url")
    return bytes(body)
