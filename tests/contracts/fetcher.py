"""What every fetcher promises: the bytes that are there, or trouble that does not repeat the address."""

from __future__ import annotations

import pytest

from consentry.core.errors import BadInput, TooLarge


class FetcherContract:
    """Subclass and give `fetcher` and `url`, behind which is b"picture" as image/png."""

    @pytest.fixture
    def fetcher(self):
        raise NotImplementedError

    @pytest.fixture
    def url(self):
        raise NotImplementedError

    def test_what_is_there_comes_with_its_type(self, fetcher, url):
        found = fetcher.fetch(url, 7)
        assert (found.kind, found.data) == ("image/png", b"picture")

    def test_more_than_the_limit_is_not_taken(self, fetcher, url):
        with pytest.raises(TooLarge):
            fetcher.fetch(url, 6)

    @pytest.mark.parametrize("address", ["", "http://nowhere.invalid/secret", "file:///secret", "secret"])
    def test_what_is_not_there_is_told_without_the_address(self, fetcher, address):
        with pytest.raises(BadInput) as caught:
            fetcher.fetch(address, 100)
        assert caught.value.code == "unresolvable_reference"
        assert "secret" not in f"{caught.value} {caught.value.next_step} {caught.value.__cause__}"
