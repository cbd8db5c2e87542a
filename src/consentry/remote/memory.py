"""A small web in memory, for tests and trials: what is at an address is what it was given."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.core.errors import BadInput, TooLarge
from consentry.core.gateports import Fetched


class MemoryFetcher:
    """Knows the addresses it was given, and no others."""

    def __init__(self, pages: Mapping[str, Fetched]) -> None:
        """Serve `pages`."""
        self._pages = dict(pages)

    def fetch(self, url: str, limit: int) -> Fetched:
        """What is at `url`. Raises BadInput for any other address, or TooLarge."""
        found = self._pages.get(url)
        if found is None:
            raise BadInput(
                "Failed to fetch URL: nothing is there.", code="unresolvable_reference", param="url"
            )
        if len(found.data) > limit:
            raise TooLarge("What is at the URL is over the limit.", param="url")
        return found
