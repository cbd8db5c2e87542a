"""Whom an address really asks: its parts, its host, and the network address that was looked at.

A name can mean one machine when it is looked at and another when it is asked. Therefore it is
resolved once, and the connection goes to the address that was found; the name goes into `Host`
and into the TLS handshake, and the certificate must be for it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

PORTS: Final = {"http": 80, "https": 443}
"""Schemes that are spoken, each with its own port."""

LONGEST: Final = 4_096
"""Longest address that is looked at, in characters."""

Resolve = Callable[[str, int], Sequence[str]]
"""Addresses of a host, for a port. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to ask for what, after everything about it was looked at."""

    address: str
    """The network address to connect to."""
    parts: SplitResult
    """The address that was named."""
    host: str
    """The host in it, in ASCII."""
    port: int
    """Its port."""

    @property
    def url(self) -> str:
        """The address with the network address in place of the name."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        query = f"?{self.parts.query}" if self.parts.query else ""
        return f"{self.parts.scheme}://{host}:{self.port}{self.parts.path or '/'}{query}"

    @property
    def name(self) -> str:
        """What goes into `Host` (RFC 9110 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.parts.scheme] else f"{host}:{self.port}"


def taken_apart(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address, its host in ASCII, and its port. Raises ValueError for what is none."""
    if len(url) > LONGEST or re.search(r"[\x00-\x20\x7f\\]", url):
        raise ValueError
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").encode("idna").decode().lower()
    port = parts.port
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        raise ValueError
    return parts, host, port or PORTS[parts.scheme]


def resolved(host: str, port: int) -> Sequence[str]:
    """Every address of `host`, each once. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
