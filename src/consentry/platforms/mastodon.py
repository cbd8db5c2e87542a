"""Mastodon: hears of new posts by its webhook, and takes their pictures out of its storage.

An item is a media file, by its path under the address of the instance's media. Mastodon's API
cannot hide a single post or file, so that this is done where the files are, by a command of the
operator's (`Storage`). What the API does offer is used: a report in the moderators' own queue, and
a notice to the account. Who posted a file cannot be found out from the file, so that `notify` and
`label` of an item are not offered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from consentry.core.arrivals import Arrived, Storage
from consentry.core.errors import NotFound, NotOffered, UpstreamTrouble
from consentry.core.platformports import Ability, Notice, Receipt, Sighting
from consentry.core.ports import Clock
from consentry.core.webports import Caller, require_well

LARGEST: Final = 100 * 2**20
"""Most bytes of a picture or video that are fetched; Mastodon takes no larger ones."""

GONE: Final = frozenset({404, 410, 451})
"""Answers that prove absence to a visitor: not found, gone, unavailable for legal reasons (RFC 7725)."""

EVENTS: Final = frozenset({"status.created", "status.updated"})
"""Events that may bring pictures."""

SHOWN: Final = frozenset({"image", "gifv", "video"})
"""Kinds of attachments that show something."""

LONGEST_COMMENT: Final = 1000
"""Longest comment of a report that Mastodon takes, in characters."""

PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
"""What a path of a media file looks like; no part of it begins with a dot."""

ABILITIES: Final = frozenset({Ability.FETCH, Ability.HIDE, Ability.RESTORE, Ability.REMOVE})
"""What the command for its files can do."""


class MastodonPlatform:
    """One instance."""

    def __init__(
        self,
        name: str,
        addresses: Mapping[str, str],
        secrets: Sequence[str],
        storage: Storage,
        caller: Caller,
        clock: Clock,
    ) -> None:
        """The instance whose `site` and `media` are at `addresses`, asked with the `token` there."""
        self._name, self._storage, self._caller, self._clock = name, storage, caller, clock
        self._site, self._media = (addresses[part].rstrip("/") for part in ("site", "media"))
        self._token = addresses.get("token", "")
        self._secrets = [secret.encode() for secret in secrets]

    @property
    def name(self) -> str:
        """The name it is registered under."""
        return self._name

    @property
    def abilities(self) -> frozenset[Ability]:
        """What can be done about a file."""
        return ABILITIES

    def locate(self, url: str) -> str | None:
        """The media file at an address; None for the address of a post, which does not name its files."""
        plain = url.partition("#")[0].partition("?")[0]
        path = plain.removeprefix(f"{self._media}/")
        return path if path != plain and PATH.fullmatch(path) else None

    def address(self, item: str) -> str:
        """The public address of a file."""
        return f"{self._media}/{item}"

    def fetch(self, item: str) -> bytes:
        """The file: as a visitor gets it, or from where it is hidden. Raises NotFound, UpstreamTrouble."""
        reply = self._caller.visit(self.address(_checked(item)), LARGEST)
        if reply.status in GONE:
            return self._storage.run("fetch", item, "")
        require_well(reply, self._clock.now())
        if not reply.whole:
            raise UpstreamTrouble("The platform did not give the whole picture.", code="no_picture")
        return reply.data

    def hide(self, item: str, key: str) -> Receipt:
        """Take the file out of public view. Raises NotFound, UpstreamTrouble."""
        return self._order("hide", item, key)

    def restore(self, item: str, key: str) -> Receipt:
        """Put it back."""
        return self._order("restore", item, key)

    def remove(self, item: str, key: str) -> Receipt:
        """Delete it for good."""
        return self._order("remove", item, key)

    def label(self, item: str, value: str, key: str) -> Receipt:
        """Not offered."""
        del item, value, key
        raise NotOffered(f"Mastodon has no labels: {self._name} cannot put one on a file.")

    def notify(self, item: str, notice: Notice, key: str) -> Receipt:
        """Not offered."""
        del item, notice, key
        raise NotOffered(f"{self._name} does not say who posted a file.")

    def verify(self, url: str) -> Sighting:
        """Visit `url` as anybody would. Raises UpstreamTrouble if the answer is not clear."""
        reply = self._caller.visit(url, LARGEST)
        now = self._clock.now()
        if reply.status in GONE:
            return Sighting(now, True, reply.status)
        require_well(reply, now)
        return Sighting(now, False, reply.status, hashlib.sha256(reply.data).hexdigest())

    def signed(self, body: bytes, signature: str) -> bool:
        """Whether `X-Hub-Signature` is made with one of the secrets in force."""
        shown = signature.encode()
        ours = (b"sha256=" + hmac.new(one, body, "sha256").hexdigest().encode() for one in self._secrets)
        return any(hmac.compare_digest(one, shown) for one in ours)

    def arrived(self, body: bytes) -> Arrived | None:
        """The post that an event tells of, if it has pictures of this instance."""
        try:
            event = json.loads(body)
            if event["event"] not in EVENTS:
                return None
            status = event["object"]
            shown = [one for one in status["media_attachments"] if one["type"] in SHOWN]
            pictures = tuple(str(one["url"]) for one in shown if self.locate(str(one["url"])))
            post, account = str(status["id"]), str(status["account"]["id"])
            version = str(status.get("edited_at") or "")
        except (ValueError, KeyError, TypeError):
            return None
        return Arrived(post, account, version, pictures) if pictures else None

    def alert(self, account: str, post: str, words: str) -> None:
        """Report a post to the instance's moderators. Raises UpstreamTrouble."""
        self._post(
            "/api/v1/reports",
            {
                "account_id": account,
                "status_ids[]": post,
                "category": "legal",
                "comment": words[:LONGEST_COMMENT],
                "forward": "false",
            },
        )

    def tell(self, account: str, notice: Notice) -> None:
        """Tell an account, in Mastodon and by e-mail, and do nothing to it. Raises UpstreamTrouble."""
        self._post(
            f"/api/v1/admin/accounts/{account}/action",
            {"type": "none", "text": notice.text, "send_email_notification": "true"},
        )

    def _order(self, verb: str, item: str, key: str) -> Receipt:
        self._storage.run(verb, _checked(item), key)
        return Receipt(self._clock.now(), key)

    def _post(self, path: str, fields: Mapping[str, str]) -> None:
        headers = {
            "authorization": f"Bearer {self._token}",
            "content-type": "application/x-www-form-urlencoded",
        }
        reply = self._caller.call(
            "POST", self._site + path, headers, urlencode(fields).encode(), limit=65_536
        )
        require_well(reply, self._clock.now())


def _checked(item: str) -> str:
    """`item` if it can be a path. Raises NotFound."""
    if not PATH.fullmatch(item):
        raise NotFound("The platform has no such item.")
    return item
