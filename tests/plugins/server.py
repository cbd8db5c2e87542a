"""One server for all tests that do not change it, and drawn pictures to send to it."""

import base64
import zlib

import pytest


@pytest.fixture(scope="session")
def _shared(tmp_path_factory):
    from support.running import running  # noqa: PLC0415 - the core's tests need no server

    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def server(_shared):
    """The server that all share, with its site telling the truth again."""
    _shared.system.site.lies = _shared.system.site.down = False
    return _shared


def _drawn(what: str, name: str) -> bytes:
    from consentry.media import drawing, edits  # noqa: PLC0415 - the core's tests need no pictures

    return edits.encoded(getattr(drawing, what)(zlib.crc32(name.encode())), "png")


@pytest.fixture
def photo(request) -> bytes:
    """A drawn person in a coat; another one for every test."""
    return _drawn("figure", request.node.name)


@pytest.fixture
def place(request) -> bytes:
    """A drawn place; another one for every test."""
    return _drawn("place", request.node.name)


@pytest.fixture
def photo_url(photo) -> str:
    return "data:image/png;base64," + base64.b64encode(photo).decode()
