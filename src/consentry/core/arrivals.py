"""A post that is already public when we hear of it: what came in, and what its host can do about it.

Rules of this file: an arrival names a post, its account and the addresses of its pictures, and not
a word of it; hearing of the same post twice is hearing of it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from consentry.core.platformports import Notice, Platform
from consentry.core.ports import Job

ARRIVED: Final = "arrived"
"""The kind of the job that screens a post that is already public."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One post with pictures."""

    post: str
    """The host's own name for it."""
    account: str
    """The host's own name for who posted it; never a name of a person."""
    version: str
    """What changes when the post does."""
    pictures: tuple[str, ...]
    """The addresses of its pictures and videos."""

    def job(self, platform: str, at: datetime) -> Job:
        """The order to screen it; the same post in the same version is ordered once."""
        payload = {"platform": platform, "post": self.post, "account": self.account}
        payload |= {"pictures": "\n".join(self.pictures)}
        return Job(ARRIVED, payload, f"{ARRIVED}:{platform}:{self.post}:{self.version}", at)


class Host(Platform, Protocol):
    """A platform that tells of new posts and has people who look after it."""

    def signed(self, body: bytes, signature: str) -> bool:
        """Whether `signature` shows that the platform itself sent `body`."""

    def arrived(self, body: bytes) -> Arrived | None:
        """The post that `body` tells of; None if it tells of something else, or has no picture."""

    def alert(self, account: str, post: str, words: str) -> None:
        """Put a post before the platform's own moderators. Raises UpstreamTrouble."""

    def tell(self, account: str, notice: Notice) -> None:
        """Tell an account what was decided. Raises UpstreamTrouble."""


class Storage(Protocol):
    """Where a platform keeps its files, as far as the operator lets us reach them."""

    def run(self, verb: str, path: str, key: str) -> bytes:
        """Carry out `hide`, `restore`, `remove` or `fetch` for one file, once a key.

        Gives the file for `fetch`. Raises NotFound if there is none, or UpstreamTrouble.
        """
