"""A small site that lives in memory: posts with pictures, and a cache in front that forgets late.

It behaves as sites do. Visitors get pages and pictures only through `public`; hiding a post
takes it out at the origin, while the cache may go on serving the picture for a while. And it
can fail on demand: be down, or say that it hid what it did not hide. Demo and tests run on it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock

from consentry.core.errors import NotFound, UpstreamTrouble
from consentry.core.platformports import Ability, Notice, Receipt, Sighting
from consentry.core.ports import Clock

UNTIL_PURGED = -1
"""A cache that serves what it holds until somebody purges it."""

OK = 200
"""HTTP status of something that is there."""

GONE = frozenset({404, 410, 451})
"""HTTP statuses that prove absence: not found, gone, unavailable for legal reasons (RFC 7725)."""

Fetch = Callable[[str], tuple[int, bytes]]
"""What a visitor gets at an address: HTTP status and body; status 0 if nothing answered."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post as its page shows it."""

    item: str
    """Its name on the site."""
    author: str
    """Who posted it."""
    text: str
    """What they wrote."""
    picture: str
    """The public address of its picture."""


class MemoryPlatform:
    """The site. Orders are carried out once a key; safe to share between threads."""

    def __init__(
        self,
        name: str,
        base_url: str,
        clock: Clock,
        *,
        linger: int = 0,
        fetch: Fetch | None = None,
    ) -> None:
        """A site called `name` at `base_url`.

        Its cache serves a hidden picture `linger` more times (UNTIL_PURGED: until purged).
        `verify` looks with `fetch`, such as real HTTP; without it, with what `public` gives.
        """
        self._name = name
        self._base = base_url.rstrip("/")
        self._clock = clock
        self._linger = linger
        self._fetch = fetch or self._visit
        self._lock = RLock()
        self._posts: dict[str, Post] = {}
        self._data: dict[str, bytes] = {}
        self._hidden: set[str] = set()
        self._cached: dict[str, int] = {}
        self._done: Counter[str] = Counter()
        self.labels: dict[str, list[str]] = {}
        self.notices: dict[str, list[Notice]] = {}
        self.down = False
        self.lies = False

    @property
    def name(self) -> str:
        """The name it is registered under."""
        return self._name

    @property
    def abilities(self) -> frozenset[Ability]:
        """Everything: it is the site one would wish for."""
        return frozenset(Ability)

    @property
    def effects(self) -> Counter[str]:
        """How often the order with each key took effect."""
        with self._lock:
            return Counter(self._done)

    def publish(self, data: bytes, author: str, text: str, item: str = "") -> str:
        """Post a picture as `item` or the next number; returns its name. One name, one post: the latest."""
        with self._lock:
            item = item or f"post-{len(self._posts) + 1}"
            self._posts[item] = Post(item, author, text, self.address(item))
            self._data[item] = data
            return item

    def posts(self) -> tuple[Post, ...]:
        """Every post a visitor can see, in the order published."""
        with self._lock:
            return tuple(post for item, post in self._posts.items() if item not in self._hidden)

    def page(self, item: str) -> Post | None:
        """The post as a visitor sees it; None if it is hidden, unknown, or the site is down."""
        with self._lock:
            gone = self.down or item in self._hidden
            return None if gone else self._posts.get(item)

    def page_address(self, item: str) -> str:
        """The public address of the page of `item`."""
        return f"{self._base}/posts/{item}"

    def public(self, url: str) -> bytes | None:
        """What a visitor gets at the picture address `url`, from the cache if it still has it."""
        with self._lock:
            item = self._item_of_picture(url)
            if self.down or item is None:
                return None
            if item not in self._hidden:
                self._cached[item] = self._linger
                return self._data[item]
            return self._data[item] if self._from_cache(item) else None

    def purge(self, item: str) -> None:
        """Make the cache forget the picture of `item`."""
        with self._lock:
            self._cached.pop(item, None)

    def locate(self, url: str) -> str | None:
        """The post at the address of a page or a picture; None if it is not an address of ours."""
        with self._lock:
            item = self._item_of_picture(url)
            if item is not None:
                return item
            head, _, tail = _plain(url).rpartition("/")
            return tail if head == f"{self._base}/posts" and tail in self._posts else None

    def address(self, item: str) -> str:
        """The public address of the picture of `item`, which is what must be gone in the end."""
        return f"{self._base}/media/{item}"

    def fetch(self, item: str) -> bytes:
        """The picture itself, hidden or not. Raises NotFound or UpstreamTrouble."""
        with self._lock:
            self._check()
            return self._data[self._known(item)]

    def hide(self, item: str, key: str) -> Receipt:
        """Take `item` out of public view. Raises NotFound or UpstreamTrouble."""
        return self._order(item, key, lambda: self._hidden.add(item))

    def restore(self, item: str, key: str) -> Receipt:
        """Show `item` again. Raises NotFound or UpstreamTrouble."""
        return self._order(item, key, lambda: self._hidden.discard(item))

    def remove(self, item: str, key: str) -> Receipt:
        """Delete `item` for good. Raises NotFound or UpstreamTrouble."""

        def forget() -> None:
            del self._posts[item], self._data[item]
            self._cached.pop(item, None)

        return self._order(item, key, forget)

    def label(self, item: str, value: str, key: str) -> Receipt:
        """Put a label on `item`. Raises NotFound or UpstreamTrouble."""
        return self._order(item, key, lambda: self.labels.setdefault(item, []).append(value))

    def notify(self, item: str, notice: Notice, key: str) -> Receipt:
        """Put `notice` into the mailbox of the poster. Raises NotFound or UpstreamTrouble."""
        return self._order(
            item, key, lambda: self.notices.setdefault(self._posts[item].author, []).append(notice)
        )

    def verify(self, url: str) -> Sighting:
        """Look at `url` and at the picture behind it as a visitor would.

        Gone only if every address answers that nothing is there. Raises UpstreamTrouble if
        one of them does not answer clearly: silence proves nothing.
        """
        item = self.locate(url)
        urls = [url] if item is None else [self.page_address(item), self.address(item)]
        answers = [self._fetch(one) for one in urls]
        there = [body for status, body in answers if status == OK]
        if there:
            return Sighting(self._clock.now(), False, OK, hashlib.sha256(there[-1]).hexdigest())
        if not all(status in GONE for status, _ in answers):
            raise UpstreamTrouble("The site did not say clearly whether the picture is there.")
        return Sighting(self._clock.now(), True, answers[-1][0])

    def _visit(self, url: str) -> tuple[int, bytes]:
        with self._lock:
            if self.down:
                return 0, b""
            data = self.public(url)
            if data is not None:
                return OK, data
            head, _, tail = _plain(url).rpartition("/")
            post = self.page(tail) if head == f"{self._base}/posts" else None
            return (OK, post.text.encode()) if post else (404, b"")

    def _from_cache(self, item: str) -> bool:
        """Whether the cache still serves a hidden picture, once more at most if it counts."""
        left = self._cached.get(item, 0)
        if left > 0:
            self._cached[item] = left - 1
        return left != 0

    def _item_of_picture(self, url: str) -> str | None:
        head, _, tail = _plain(url).rpartition("/")
        return tail if head == f"{self._base}/media" and tail in self._data else None

    def _order(self, item: str, key: str, carry_out: Callable[[], object]) -> Receipt:
        """Carry an order out unless one with this key was; it is counted when it is."""
        with self._lock:
            self._check()
            if not self._done[key]:
                self._known(item)
                if not self.lies:
                    self._done[key] += 1
                    carry_out()
            return Receipt(self._clock.now(), key)

    def _known(self, item: str) -> str:
        if item not in self._posts:
            raise NotFound("The site has no such post.")
        return item

    def _check(self) -> None:
        if self.down:
            raise UpstreamTrouble("The site does not answer.")


def _plain(url: str) -> str:
    """`url` without query, fragment and closing slash, which do not change what it names."""
    return url.partition("#")[0].partition("?")[0].rstrip("/")
