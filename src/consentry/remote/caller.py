"""Calls the platforms that the operator registered, without being led into the operator's own network.

An address in the table of platforms is the operator's word, yet a name in it may be made to
point inside later on, and a site may redirect a visitor anywhere. Therefore at every step:

1. Only `http` and `https`, no name or password in the address.
2. The name is resolved once. If one address it has is neither public nor in a network that the
   operator allows (`platform_networks`), nothing is asked.
3. The connection goes to an address that was looked at; the certificate must be for the name.
4. Only so many bytes are read, in so many seconds. No answer is kept, logged or repeated.

Connections stay open between calls, one pool for each host, so that ten thousand orders are
not ten thousand handshakes.
"""

from __future__ import annotations

import concurrent.futures
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urljoin

import httpx2

from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.core.webports import NO_ANSWER, Reply
from consentry.remote.addresses import public
from consentry.remote.places import Place, Resolve, resolved, taken_apart

SECONDS: Final = 20.0
"""Longest wait for everything together, in seconds: what Standard Webhooks recommends at most is 30."""

REDIRECTS: Final = 3
"""Most redirects that a visitor follows."""

MOVED: Final = frozenset({301, 302, 303, 307, 308})
"""Answers that name another address (RFC 9110 15.4)."""

KEPT_OPEN: Final = 50
"""Most hosts to which connections stay open."""

AGENT: Final = {"user-agent": "consentry", "accept-encoding": "identity"}
"""What is always sent; no coding, so that few bytes cannot become many."""

Network = IPv4Network | IPv6Network
"""A range of addresses."""


class SafeCaller:
    """Asks public addresses, and those in `networks`. Safe to share between threads."""

    def __init__(
        self,
        networks: tuple[Network, ...] = (),
        *,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | bool = True,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask also what is in `networks`; `trust` says whose certificates are good."""
        self._networks, self._resolve, self._trust = networks, resolve, trust
        self._seconds, self._clock = seconds, clock
        self._names = concurrent.futures.ThreadPoolExecutor(8, "resolve")
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str, int], httpx2.HTTPTransport] = OrderedDict()

    def close(self) -> None:
        """Let go of every connection."""
        self._names.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit: int = 0
    ) -> Reply:
        """Ask once and follow nothing. Raises UpstreamTrouble."""
        until = self._clock() + self._seconds
        return self._ask(method, url, headers, body, limit, until)

    def visit(self, url: str, limit: int) -> Reply:
        """What a visitor gets, up to `limit` bytes of it. Raises UpstreamTrouble."""
        until = self._clock() + self._seconds
        for _ in range(REDIRECTS + 1):
            reply = self._ask("GET", url, {"accept": "*/*", "cache-control": "no-cache"}, b"", limit, until)
            onward = reply.headers.get("location")
            if reply.status not in MOVED or not onward:
                return reply
            url = urljoin(url, onward)
        raise UpstreamTrouble("The address leads elsewhere too often.", code="too_many_redirects")

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int, until: float
    ) -> Reply:
        place = self._looked_at(url, until)
        wait = dict.fromkeys(("connect", "read", "write", "pool"), self._left(until))
        try:
            request = httpx2.Request(
                method,
                place.url,
                headers={**AGENT, **headers, "host": place.name},
                content=body or None,
                extensions={"timeout": wait, "sni_hostname": place.host},
            )
            # A transport and no client: a client would write every address into the log.
            reply = self._transport(place).handle_request(request)
            try:
                data, whole = self._read(reply, limit, until)
            finally:
                reply.close()
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError):
            raise _silent() from None
        told = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(reply.status_code, data, told, whole)

    def _transport(self, place: Place) -> httpx2.HTTPTransport:
        """The open connections to a host; they are shared with no other name at the same address."""
        key = (place.parts.scheme, place.host, place.port)
        with self._lock:
            found = self._open.get(key)
            if found is None:
                found = self._open[key] = httpx2.HTTPTransport(verify=self._trust, trust_env=False)
            self._open.move_to_end(key)
            old = self._open.popitem(last=False)[1] if len(self._open) > KEPT_OPEN else None
        if old is not None:
            old.close()
        return found

    def _looked_at(self, url: str, until: float) -> Place:
        """Whom to ask. Raises UpstreamTrouble if `url` is not one we would ask."""
        try:
            parts, host, port = taken_apart(url)
        except ValueError:
            raise _unsafe() from None
        try:
            addresses = self._names.submit(self._resolve, host, port).result(self._left(until))
        except (OSError, UnicodeError):
            raise _silent() from None
        if not addresses:
            raise _silent()
        if not all(public(address) or self._allowed(address) for address in addresses):
            raise _unsafe()
        return Place(addresses[0], parts, host, port)

    def _allowed(self, address: str) -> bool:
        """Whether the operator allows a network with this address."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def _read(self, reply: httpx2.Response, limit: int, until: float) -> tuple[bytes, bool]:
        """At most `limit` bytes of the body, and whether they are all of it."""
        body = bytearray()
        for chunk in reply.iter_raw():
            body += chunk
            self._left(until)
            if len(body) > limit:
                return bytes(body[:limit]), False
        return bytes(body), True

    def _left(self, until: float) -> float:
        """Seconds that are left. Raises UpstreamTrouble if there are none."""
        left = until - self._clock()
        if left <= 0:
            raise _silent()
        return left


def networks_from(text: str) -> tuple[Network, ...]:
    """The networks in a setting such as `10.0.0.0/8, fd00::/8`. Raises SetupTrouble."""
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        raise SetupTrouble(
            "`platform_networks` takes networks such as `10.0.0.0/8, fd00::/8`.", param="platform_networks"
        ) from None


def _unsafe() -> UpstreamTrouble:
    return UpstreamTrouble(
        "The address is not on the public internet, or is none.",
        code="unsafe_address",
        next_step="Correct the table of platforms, or allow the network in `platform_networks`.",
    )


def _silent() -> UpstreamTrouble:
    return UpstreamTrouble("The server does not answer.", code=NO_ANSWER)
