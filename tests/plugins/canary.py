"""A fixture that plants things nobody may ever find again: in logs, metrics, databases, files or messages.

Use the four strings where a person's own would stand, tell the canary where the system keeps its
data, and let the test end. It then looks everywhere and fails if one of them is anywhere:

    def test_a_report_leaves_no_trace(canary, tmp_path):
        canary.watch(tmp_path / "data")
        canary.dump("database", lambda: dump_of(store))
        serve_and_report(prompt=canary.prompt, contact=canary.email, ...)
"""

import base64
import json
import logging
import mmap
import os
import secrets
import sys
import tempfile  # noqa: TID251 - to see what others leave there
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

WORDS = ("amber", "basin", "cedar", "dune", "ember", "fjord", "grove", "heron", "inlet", "jetty", "kelp")

SHORTEST = 12
"""Fewest characters of a secret: a shorter one could be found by chance, or vanish in base64."""

_opened: list[str] | None = None


def _audit(event: str, args: tuple[object, ...]) -> None:
    if _opened is not None and event in {"tempfile.mkstemp", "tempfile.mkdtemp"}:
        _opened.append(str(args[0]))


sys.addaudithook(_audit)


def forms(secret: str) -> dict[str, bytes]:
    """The ways in which `secret` may turn up: plain, in a URL, in JSON, hexadecimal, base64, UTF-16."""
    raw = secret.encode()
    plain = {
        "plain": raw,
        "in a URL": quote(secret, safe="").encode(),
        "in a form": quote_plus(secret).encode(),
        "in JSON": json.dumps(secret)[1:-1].encode(),
        "hexadecimal": raw.hex().encode(),
        "UTF-16": secret.encode("utf-16-le"),
    }
    # Base64 of a text inside a longer one depends on where it begins; the middle of it does not.
    shifted = {f"base64+{shift}": base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)}
    return plain | shifted


@dataclass
class Canary:
    """Four strings that occur nowhere else, and the places where they must not turn up."""

    prompt: str = field(default_factory=lambda: f"a lighthouse named {secrets.token_hex(8)} at dusk")
    email: str = field(default_factory=lambda: f"canary.{secrets.token_hex(8)}@mail.example")
    passphrase: str = field(default_factory=lambda: " ".join(secrets.choice(WORDS) for _ in range(6)))
    token: str = field(default_factory=lambda: f"tok_{secrets.token_urlsafe(24)}")
    more: list[str] = field(default_factory=list)
    """Further strings that must not turn up, such as a key the test was given."""
    temp_files_because: str = ""
    """Why this test may open a temporary file; empty if it may not."""
    _dumps: dict[str, Callable[[], str | bytes]] = field(default_factory=dict)
    _folders: list[Path] = field(default_factory=list)

    def watch(self, folder: Path) -> None:
        """Search every file under `folder` when the test ends."""
        self._folders.append(folder)

    def dump(self, name: str, text: Callable[[], str | bytes]) -> None:
        """Search what `text` returns when the test ends; `name` says what it is."""
        self._dumps[name] = text

    def secrets(self) -> dict[str, str]:
        """What must not turn up, by what it is."""
        own = {name: getattr(self, name) for name in ("prompt", "email", "passphrase", "token")}
        found = own | {f"more[{index}]": secret for index, secret in enumerate(self.more)}
        assert all(len(secret) >= SHORTEST for secret in found.values()), "too short to be told from chance"
        return found

    def found_in(self, place: str, content: str | bytes | mmap.mmap) -> list[str]:
        """One sentence for each secret in `content`; it names the kind, never the secret."""
        data = content.encode(errors="surrogatepass") if isinstance(content, str) else content
        return [
            f"the {name} is in {place} ({form})"
            for name, secret in self.secrets().items()
            for form, needle in forms(secret).items()
            if data.find(needle) >= 0
        ]

    def places(self, since: set[Path]) -> Iterator[tuple[str, str | bytes | mmap.mmap]]:
        """Every place to search and what is there now; `since` are temporary files that were there before."""
        for name, text in self._dumps.items():
            yield name, text()
        fresh = [path for path in temporary_files() if path not in since]
        for path in [*fresh, *(path for folder in self._folders for path in files(folder))]:
            yield str(path), read(path)


def files(folder: Path) -> list[Path]:
    """Every regular file under `folder`, links not followed."""
    return [Path(at) / name for at, _, names in os.walk(folder) for name in names]


def temporary_files() -> list[Path]:
    """Files in the system's temporary folder, but for those of pytest itself."""
    top = Path(tempfile.gettempdir())
    return [path for path in files(top) if not path.relative_to(top).parts[0].startswith("pytest-of-")]


def read(path: Path) -> bytes | mmap.mmap:
    """What is in `path`, mapped and not loaded; empty if it went away or is no ordinary file."""
    try:
        if path.is_symlink() or not path.is_file() or not path.stat().st_size:
            return b""
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (FileNotFoundError, PermissionError):
        return b""


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Every log record of the test in full: message, traceback and extra fields."""
    records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
    return "\n".join(f"{logging.Formatter().format(record)} {vars(record)}" for record in records)


def metrics() -> bytes:
    """The text of the process's own metrics."""
    from prometheus_client import REGISTRY, generate_latest  # noqa: PLC0415 - the core's tests need no metrics

    return generate_latest(REGISTRY)


@pytest.fixture
def canary(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Canary]:
    """Strings to plant; when the test ends, none of them may be found anywhere. See the module."""
    global _opened  # noqa: PLW0603 - an audit hook can be switched off, never removed
    caplog.set_level(logging.DEBUG)
    bird = Canary()
    before = set(temporary_files())
    _opened = []
    try:
        yield bird
        opened = list(_opened)
    finally:
        _opened = None
    out, err = capfd.readouterr()
    found = [
        *bird.found_in("the log", logged(caplog)),
        *bird.found_in("standard output", out),
        *bird.found_in("standard error", err),
        *bird.found_in("the metrics", metrics()),
        *(line for place, content in bird.places(before) for line in bird.found_in(place, content)),
    ]
    if opened and not bird.temp_files_because:
        found.append(f"{len(opened)} temporary file(s) were opened, such as {opened[0]}")
    assert not found, "\n".join(found)
