"""Any platform that takes orders by webhook: hide this item, show it again, tell its poster.

An order is one signed message (Standard Webhooks). Its `webhook-id` is the order's key and stays
the same however often it is sent, so that the platform can carry it out once:

    POST <url>      {"type": "item.hide", "timestamp": …, "data": {"item": "17", "url": "https://…"}}

A 2xx answer is a receipt; `{"receipt": "…"}` in it is kept as the platform's own name for what it
did, and nothing else is. 410 says that there is no such item, 501 that there is no such order.
Anything else is trouble, and the order is sent again later, for days. That an item is gone is
believed only after its public addresses were visited.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from consentry.core.entry import stamp
from consentry.core.errors import NotFound, NotOffered, UpstreamTrouble
from consentry.core.platformports import Ability, Notice, Receipt, Sighting
from consentry.core.ports import Clock
from consentry.core.webports import Caller, Reply, Signer, require_well

LARGEST: Final = 64 * 2**20
"""Most bytes of a picture or video that are fetched."""

MOST_TOLD: Final = 65_536
"""Most bytes that are read of the answer to an order; nothing is kept of them but a receipt."""

LONGEST_RECEIPT: Final = 200
"""Longest name of a receipt that is kept, in characters."""

OK: Final = 200
"""RFC 9110 15.3.1."""

NO_SUCH_ITEM: Final = 410
"""How a platform says that it has no such item: for good, unlike a 404 of a mistyped address."""

NO_SUCH_ORDER: Final = 501
"""How it says that it has no such order (RFC 9110 15.6.2)."""

GONE: Final = frozenset({404, 410, 451})
"""Answers that prove absence to a visitor: not found, gone, unavailable for legal reasons (RFC 7725)."""

PLACE_OF_ITEM: Final = "{item}"
"""What stands for the item in a pattern."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a platform is, and where its items are."""

    orders: str
    """Where orders go."""
    media: str
    """The public address of an item's picture, with `{item}` in it."""
    pages: tuple[str, ...] = ()
    """Other public addresses that show it."""
    fetch: str = ""
    """Where moderators get the picture, hidden or not; empty: nowhere."""
    token: str = field(default="", repr=False)
    """What is shown there as a bearer; empty: nothing."""


class WebhookPlatform:
    """A platform behind one address that takes orders."""

    def __init__(
        self,
        name: str,
        addresses: Addresses,
        abilities: frozenset[Ability],
        caller: Caller,
        signer: Signer,
        clock: Clock,
    ) -> None:
        """The platform called `name`, which can do what `abilities` say."""
        self._name, self._addresses, self._clock = name, addresses, clock
        self._abilities = abilities if addresses.fetch else abilities - {Ability.FETCH}
        self._caller, self._signer = caller, signer
        self._patterns = [_pattern(one) for one in (addresses.media, *addresses.pages)]

    @property
    def name(self) -> str:
        """The name it is registered under."""
        return self._name

    @property
    def orders(self) -> str:
        """The address that takes its orders."""
        return self._addresses.orders

    @property
    def abilities(self) -> frozenset[Ability]:
        """What the operator says that it can do."""
        return self._abilities

    def locate(self, url: str) -> str | None:
        """The item in a public address; None if it is not one of this platform."""
        plain = url.partition("#")[0].partition("?")[0].rstrip("/")
        for pattern in self._patterns:
            found = pattern.fullmatch(plain)
            if found:
                return unquote(found["item"])
        return None

    def address(self, item: str) -> str:
        """The public address of its picture."""
        return _filled(self._addresses.media, item)

    def fetch(self, item: str) -> bytes:
        """The picture, by the moderators' door. Raises NotFound, NotOffered or UpstreamTrouble."""
        self._require(Ability.FETCH)
        token = self._addresses.token
        headers = {"authorization": f"Bearer {token}"} if token else {}
        reply = self._caller.call("GET", _filled(self._addresses.fetch, item), headers, limit=LARGEST)
        if reply.status in GONE:
            raise _unknown()
        require_well(reply, self._clock.now())
        if reply.status != OK or not reply.whole:
            raise UpstreamTrouble("The platform did not give the whole picture.", code="no_picture")
        return reply.data

    def hide(self, item: str, key: str) -> Receipt:
        """Order to hide `item`."""
        return self._order(Ability.HIDE, item, key)

    def restore(self, item: str, key: str) -> Receipt:
        """Order to show it again."""
        return self._order(Ability.RESTORE, item, key)

    def remove(self, item: str, key: str) -> Receipt:
        """Order to delete it for good."""
        return self._order(Ability.REMOVE, item, key)

    def label(self, item: str, value: str, key: str) -> Receipt:
        """Order to label it."""
        return self._order(Ability.LABEL, item, key, {"label": value})

    def notify(self, item: str, notice: Notice, key: str) -> Receipt:
        """Order to tell its poster."""
        return self._order(
            Ability.NOTIFY, item, key, {"notice": {"subject": notice.subject, "text": notice.text}}
        )

    def verify(self, url: str) -> Sighting:
        """Visit `url` and every other address of the same item. Raises UpstreamTrouble if one is unclear."""
        item = self.locate(url)
        others = (
            []
            if item is None
            else [_filled(one, item) for one in (*self._addresses.pages, self.address(item))]
        )
        answers = [self._caller.visit(one, LARGEST) for one in dict.fromkeys((url, *others))]
        now = self._clock.now()
        there = [reply for reply in answers if reply.well]
        if there:
            return Sighting(now, False, there[-1].status, hashlib.sha256(there[-1].data).hexdigest())
        for reply in answers:
            if reply.status not in GONE:
                require_well(reply, now)
        return Sighting(now, True, answers[-1].status)

    def test(self, key: str) -> Reply:
        """Send a signed message that changes nothing, and say what came back. Raises UpstreamTrouble."""
        return self._send("consentry.test", key, {})

    def _order(
        self, ability: Ability, item: str, key: str, more: Mapping[str, object] | None = None
    ) -> Receipt:
        self._require(ability)
        data = {"item": item, "url": self.address(item), **(more or {})}
        reply = self._send(f"item.{ability.value}", key, data)
        if reply.status == NO_SUCH_ITEM:
            raise _unknown()
        if reply.status == NO_SUCH_ORDER:
            raise NotOffered(f"The platform {self._name} has no such order.")
        require_well(reply, self._clock.now())
        return Receipt(self._clock.now(), _receipt(reply))

    def _send(self, kind: str, key: str, data: Mapping[str, object]) -> Reply:
        """Send one message, signed anew each time, under the id that it always has."""
        now = self._clock.now()
        body = json.dumps({"type": kind, "timestamp": stamp(now), "data": data}).encode()
        headers = {"content-type": "application/json", **self._signer(key, now, body)}
        return self._caller.call("POST", self._addresses.orders, headers, body, limit=MOST_TOLD)

    def _require(self, ability: Ability) -> None:
        if ability not in self._abilities:
            raise NotOffered(f"The platform {self._name} has no way to {ability.value}.")


def _receipt(reply: Reply) -> str:
    """The platform's own name for what it did, if it gave a plain one."""
    try:
        told = json.loads(reply.data)
    except ValueError:
        return ""
    found = told.get("receipt", "") if isinstance(told, dict) else ""
    plain = isinstance(found, str) and found.isascii() and found.isprintable()
    return found[:LONGEST_RECEIPT] if plain else ""


def _pattern(address: str) -> re.Pattern[str]:
    """What an address made from a pattern looks like."""
    before, _, after = address.partition(PLACE_OF_ITEM)
    return re.compile(f"{re.escape(before)}(?P<item>[^/?#]+){re.escape(after)}")


def _filled(pattern: str, item: str) -> str:
    return pattern.replace(PLACE_OF_ITEM, quote(item, safe=""))


def _unknown() -> NotFound:
    return NotFound("The platform has no such item.")
