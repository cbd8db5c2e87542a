import sys
from pathlib import Path

import pytest

import consentry
from consentry.media.decoder import SandboxDecoder

ROOT = Path(consentry.__file__).resolve().parents[1]
HOSTILE = Path(__file__).with_name("hostile_worker.py")


@pytest.fixture(scope="session")
def decoder():
    with SandboxDecoder(workers=1) as decoder:
        yield decoder


@pytest.fixture
def hostile():
    """Makes decoders whose child does a deed of hostile_worker.py."""
    made = []

    def make(deed, limits=None, **settings):
        command = (sys.executable, "-I", "-B", str(HOSTILE), str(ROOT), deed)
        made.append(SandboxDecoder(limits, workers=1, command=command, **settings))
        return made[-1]

    yield make
    for decoder in made:
        decoder.close()
