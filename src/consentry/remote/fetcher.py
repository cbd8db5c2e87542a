"""Fetches a picture from an address that a caller names, without letting the caller choose whom we ask.

Whoever may name an address could otherwise make this server ask others: in the operator's own
network, or itself. Therefore, at every step, redirects included:

1. Only `http` and `https`, only ports 80 and 443, no name or password in the address.
2. Only hosts that the operator allows; `*` allows every public one, none is the default.
3. The name is resolved once. If one address it has is not public, nothing is asked.
4. The connection goes to an address that was looked at, whatever the name means a moment later;
   the name goes into `Host` and the TLS handshake, and the certificate must be for it.
5. So many redirects, bytes and seconds in all. Nothing of what went wrong there is repeated.

Allowed hosts that the operator names as `inside` may have any address and port: that is their own word.
"""

from __future__ import annotations

import concurrent.futures
import ssl
import time
from typing import Final
from urllib.parse import SplitResult, urljoin

import httpx2

from consentry.core.errors import BadInput, TooLarge
from consentry.core.gateports import Fetched
from consentry.remote.addresses import public
from consentry.remote.places import PORTS, Place, Resolve, resolved, taken_apart

SECONDS: Final = 10.0
"""Longest wait for everything together, in seconds."""

REDIRECTS: Final = 3
"""Most redirects that are followed."""

MOVED: Final = frozenset({301, 302, 303, 307, 308})
"""Answers that name another address (RFC 9110 15.4)."""

OK: Final = 200
"""RFC 9110 15.3.1."""

HEADERS: Final = {"accept": "image/*", "accept-encoding": "identity", "user-agent": "consentry"}
"""What is sent besides the host; no coding, so that few bytes cannot become many."""


class SafeFetcher:
    """Asks the hosts that the operator allows, and nobody behind them."""

    def __init__(
        self,
        hosts: frozenset[str],
        inside: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | bool = True,
    ) -> None:
        """Ask `hosts` (`*`: every public one). `trust` says whose certificates are good."""
        self._hosts, self._inside = hosts, inside
        self._resolve = resolve
        self._trust = trust
        self._pool = concurrent.futures.ThreadPoolExecutor(8, "resolve")

    def close(self) -> None:
        """Wait for no name any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def fetch(self, url: str, limit: int) -> Fetched:
        """What is at `url`, at most `limit` bytes. Raises BadInput, or TooLarge."""
        until = time.monotonic() + SECONDS
        try:
            # A transport and no client: a client would write every address into the log.
            with httpx2.HTTPTransport(verify=self._trust, trust_env=False) as transport:
                for _ in range(REDIRECTS + 1):
                    found = _ask(transport, self._looked_at(url, until), limit, until)
                    if isinstance(found, Fetched):
                        return found
                    url = _next(url, found)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, TimeoutError, ValueError):
            raise _failed("it did not answer") from None
        raise _failed("it leads elsewhere too often")

    def _looked_at(self, url: str, until: float) -> Place:
        """Whom to ask. Raises BadInput if `url` is not one we would ask."""
        parts, host, port = _parts(url)
        inside = host in self._inside
        if host not in self._hosts and "*" not in self._hosts:
            raise _unsafe()
        if not inside and port != PORTS[parts.scheme]:
            raise _unsafe()
        try:
            addresses = self._pool.submit(self._resolve, host, port).result(_left(until))
        except (OSError, UnicodeError):
            raise _failed("its host is not known") from None
        if not addresses:
            raise _failed("its host is not known")
        if not inside and not all(public(address) for address in addresses):
            raise _unsafe()
        return Place(addresses[0], parts, host, port)


def _ask(transport: httpx2.HTTPTransport, place: Place, limit: int, until: float) -> Fetched | str:
    """What is there, or where it says that it is."""
    wait = dict.fromkeys(("connect", "read", "write", "pool"), _left(until))
    request = httpx2.Request(
        "GET",
        place.url,
        headers={**HEADERS, "host": place.name},
        extensions={"timeout": wait, "sni_hostname": place.host},
    )
    reply = transport.handle_request(request)
    try:
        if reply.status_code in MOVED and reply.headers.get("location"):
            return reply.headers["location"]
        coded = reply.headers.get("content-encoding", "identity").lower() != "identity"
        if reply.status_code != OK or coded:
            raise _failed("it did not answer with a picture")
        return Fetched(reply.headers.get("content-type", ""), _read(reply, limit, until))
    finally:
        reply.close()


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address, its host in ASCII, and its port. Raises BadInput for what is none."""
    try:
        return taken_apart(url)
    except ValueError:
        raise _unsafe() from None


def _next(url: str, location: str) -> str:
    """Where a redirect leads; never from a protected connection to an open one."""
    found = urljoin(url, location)
    if url.startswith("https:") and not found.startswith("https:"):
        raise _unsafe()
    return found


def _read(reply: httpx2.Response, limit: int, until: float) -> bytes:
    body = bytearray()
    for chunk in reply.iter_raw():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"What is at the URL is over the limit of {limit // 2**20} MiB.", param="url")
        _left(until)
    return bytes(body)


def _left(until: float) -> float:
    """Seconds that are left. Raises TimeoutError if there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _unsafe() -> BadInput:
    return BadInput(
        "Invalid or unsafe URL provided",
        code="unresolvable_reference",
        param="url",
        next_step="Send the picture itself, or have the operator allow its host in the settings.",
    )


def _failed(why: str) -> BadInput:
    return BadInput(f"Failed to fetch URL: {why}.", code="unresolvable_reference", param="url")
