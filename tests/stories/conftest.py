"""One server for all stories that do not change it, and drawn pictures to send to it."""

import base64
import zlib

import pytest

from consentry.media import drawing
from consentry.media.edits import encoded
from support.running import running


@pytest.fixture(scope="session")
def _shared(tmp_path_factory):
    with running(tmp_path_factory.mktemp("stories")) as server:
        yield server


@pytest.fixture
def server(_shared):
    _shared.system.site.lies = _shared.system.site.down = False
    return _shared


@pytest.fixture
def photo(request) -> bytes:
    """A drawn person in a coat; another one for every test."""
    return encoded(drawing.figure(zlib.crc32(request.node.name.encode())), "png")


@pytest.fixture
def place(request) -> bytes:
    """A drawn place."""
    return encoded(drawing.place(zlib.crc32(request.node.name.encode())), "png")


@pytest.fixture
def photo_url(photo) -> str:
    return "data:image/png;base64," + base64.b64encode(photo).decode()
