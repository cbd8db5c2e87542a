import pytest

from consentry.core.gateports import Fetched
from consentry.remote.memory import MemoryFetcher
from contracts.fetcher import FetcherContract


class TestMemoryFetcher(FetcherContract):
    @pytest.fixture
    def fetcher(self, url):
        return MemoryFetcher({url: Fetched("image/png", b"picture")})

    @pytest.fixture
    def url(self):
        return "https://pictures.example/1.png"
