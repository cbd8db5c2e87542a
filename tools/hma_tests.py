"""Run HMA's own tests of its HTTP interface, unchanged, against Consentry.

    git clone https://github.com/facebook/ThreatExchange
    pip install threatexchange
    python tools/hma_tests.py ThreatExchange/hasher-matcher-actioner

Nothing of HMA is run or imported but its test files. What they take from the rest of HMA is given them
by this file: a client that speaks HTTP to a fresh Consentry server, and stand-ins that do over HTTP, or as
the operator would, what HMA's tests do inside its process. Tests that replace parts of HMA's process say
nothing about another server; they are left out, each with its reason.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import socket
import sys
import tempfile  # noqa: TID251 - drawn chequers and example hashes
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
import pytest
from PIL import Image

from consentry import wiring
from consentry.cli.serve import serving
from consentry.config import load

FILES = ("test_api.py", "test_api_banks.py", "test_match_api.py", "test_e2e_workflow.py")
"""HMA's tests of its HTTP interface."""

INSIDE = {
    "test_status_response": "replaces the index of HMA's process",
    "test_status_live_always_alive": "replaces the index of HMA's process",
    "test_lookup_without_role": "switches a role of HMA's process off",
    "test_exchange_api_set_auth": "replaces the kinds of exchange of HMA's process",
    "test_exchange_api_schema": "replaces the kinds of exchange of HMA's process",
}
"""Tests that another server cannot be put to, and why."""

DIFFERS = {
    "test_exchange_delete": "POST /c/exchanges: sources are set up by the operator (docs/divergences.md)",
    "test_exchange_get_fetch_status": "POST /c/exchanges: sources are set up by the operator (likewise)",
}
"""Tests that we fail on purpose, and why."""

ELSEWHERE = "https://github.com/"
"""Pictures there are served from here, so that no test needs the Internet."""


@dataclass
class Reply:
    """A reply in the words of the client that HMA's tests are written for."""

    reply: httpx2.Response
    """What came."""

    @property
    def status_code(self) -> int:
        """The status."""
        return self.reply.status_code

    @property
    def data(self) -> bytes:
        """The body."""
        return self.reply.content

    @property
    def is_json(self) -> bool:
        """Whether the body says that it is JSON."""
        return "json" in self.reply.headers.get("content-type", "")

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return self.reply.json()

    def get_json(self) -> Any:
        """The body as JSON."""
        return self.json


class Client:
    """Speaks HTTP in the words of the client that HMA's tests are written for."""

    def __init__(self, url: str, pictures: str) -> None:
        """Speak to the server at `url`; `pictures` is where pictures are."""
        self._http = httpx2.Client(base_url=url, timeout=60)
        self._pictures = pictures

    def _ask(self, method: str, path: str, **sent: Any) -> Reply:
        query = sent.pop("query_string", None)
        files = {
            field: (name, Path(file).read_bytes(), kind)
            for field, (file, name, kind) in (sent.pop("data", None) or {}).items()
        }
        place = path.replace(ELSEWHERE, f"{self._pictures}/image1.jpg?was=")
        more = {"files": files} if files else {}
        return Reply(self._http.request(method, place, params=query, **more, **sent))

    def __getattr__(self, name: str) -> Any:
        return functools.partial(self._ask, name.upper())


class Storage:
    """What HMA's tests ask of its store, asked of ours."""

    def __init__(self, client: Client, system: wiring.System) -> None:
        """Ask through `client`; `system` is the operator's side."""
        self._client = client
        self._system = system

    def get_signal_type_index(self, _kind: object) -> None:
        """No index that is older than the store exists."""

    def get_signal_type_configs(self) -> Mapping[str, Any]:
        """HMA's two kinds of hash, which ours must have."""
        ours = {one["name"]: one["enabled_ratio"] > 0 for one in self._client.get("/c/signal_type").json}
        return {
            kind.get_name(): SimpleNamespace(enabled=ours[kind.get_name()], signal_type=kind)
            for kind in kinds()
        }

    def bank_update(self, bank: Any, *, create: bool) -> None:
        """Make a bank."""
        assert create
        said = {"name": bank.name, "enabled_ratio": bank.matching_enabled_ratio}
        assert self._client.post("/c/banks", json=said).reply.is_success

    def bank_add_content(self, bank: str, hashes: Mapping[Any, str]) -> None:
        """Add hashes to a bank."""
        said = {kind.get_name(): value for kind, value in hashes.items()}
        assert self._client.post(f"/c/bank/{bank}/signal", json=said).reply.is_success

    def exchange_api_config_update(self, *_: object) -> None:
        """The operator has set up what is needed."""

    def exchange_update(self, config: Any, *, create: bool) -> None:
        """The operator has set up a source called SAMPLE."""
        assert create
        assert config.name in self._system.sync.exchanges

    def fetch(self) -> None:
        """Read every source to its end."""
        for bank in self._system.sync.exchanges:
            list(self._system.sync.pull(bank))


def kinds() -> tuple[Any, Any]:
    """HMA's kinds of hash."""
    from threatexchange.signal_type.md5 import VideoMD5Signal  # noqa: PLC0415 - needed here alone
    from threatexchange.signal_type.pdq.signal import PdqSignal  # noqa: PLC0415 - likewise

    return PdqSignal, VideoMD5Signal


@dataclass
class Stage:
    """What is up while one test runs."""

    storage: Storage | None = None
    """The store of the server that is up."""


def utils(stage: Stage, pictures: str, hashes: Mapping[str, str]) -> None:
    """The fixtures and helpers that HMA's tests import; `pictures` is where `hashes` are hashes of."""

    @pytest.fixture
    def image_server() -> str:
        return pictures

    @pytest.fixture
    def app() -> Iterator[Any]:
        with tempfile.TemporaryDirectory() as folder, fresh(Path(folder)) as (url, system):
            client = Client(url, pictures)
            stage.storage = Storage(client, system)
            yield SimpleNamespace(test_client=lambda: client)

    @pytest.fixture
    def client(app: Any) -> Client:
        return app.test_client()

    def create_bank(client: Client, bank_name: str) -> None:
        made = client.post("/c/banks", json={"name": bank_name})
        assert (made.status_code, made.json) == (201, {"matching_enabled_ratio": 1.0, "name": bank_name})

    def add_hash_to_bank(client: Client, bank: str, image_url: str, content_id: int = 1) -> None:
        added = client.post(f"/c/bank/{bank}/content?url={image_url}&content_type=photo")
        said = {"id": content_id, "signals": {"pdq": hashes[image_url]}}
        assert (added.status_code, added.json) == (200, said)

    given = {"image_server": image_server, "app": app, "client": client, "create_bank": create_bank}
    given |= {"add_hash_to_bank": add_hash_to_bank, "IMAGE_URL_TO_PDQ": hashes}
    module("OpenMediaMatch.tests.utils", **given)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Serve two chequered pictures from `folder`; gives where, and each address's hash by HMA's hasher."""
    hashes = {}
    files = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        for name, cell in (("image1.jpg", 8), ("image2.jpg", 16)):
            picture = Image.new("L", (128, 128))
            picture.putdata([255 * ((x // cell + y // cell) % 2) for y in range(128) for x in range(128)])
            picture.convert("RGB").save(folder / name)
            hashes[f"{address}/{name}"] = kinds()[0].hash_from_file(folder / name)
        yield address, hashes
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and writes nothing down."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def fresh(folder: Path) -> Iterator[tuple[str, wiring.System]]:
    """An empty server whose operator knows one list: HMA's example hashes."""
    rows = [f"{kind.get_name()},{value}" for kind in kinds() for value in kind.get_examples()]
    listed = folder / "examples.csv"
    listed.write_text("\n".join(["signal_type,signal_val", *rows]), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = {
        "data": str(folder / "data"),
        "port": port,
        "hma_trusted_network": True,
        "hma_hosts": "127.0.0.1",
        "fetch_inside": "127.0.0.1",
        "exchanges": f"SAMPLE=listfile:{listed}",
        "decoders": 1,
        "workers": 0,
    }
    system = wiring.build(load(None, {}, flags))
    with serving(system) as url:
        yield url, system


def module(name: str, **holds: object) -> ModuleType:
    """A module called `name` that holds these, to be found by `import`."""
    made = ModuleType(name)
    made.__dict__.update(holds)
    sys.modules[name] = made
    return made


def stand_ins(pictures: str, hashes: Mapping[str, str]) -> None:
    """Let HMA's tests find everything they import from HMA and from Flask."""
    stage = Stage()
    module("flask", Flask=object)
    module("flask.testing", FlaskClient=object)
    module("OpenMediaMatch")
    module("OpenMediaMatch.tests")
    utils(stage, pictures, hashes)
    module("OpenMediaMatch.persistence", get_storage=lambda: stage.storage)
    matching = module("OpenMediaMatch.blueprints.matching", TMatchByBank=dict)
    module("OpenMediaMatch.blueprints", matching=matching)
    built = module("OpenMediaMatch.background_tasks.build_index", build_all_indices=lambda *_: None)
    fetcher = module("OpenMediaMatch.background_tasks.fetcher", fetch_all=lambda storage, _: storage.fetch())
    module("OpenMediaMatch.background_tasks", build_index=built, fetcher=fetcher)


class Plugin:
    """Leaves out what cannot be asked of another server, and expects what we do differently."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark tests."""
        for item in items:
            name = item.name.partition("[")[0]
            if name in INSIDE:
                item.add_marker(pytest.mark.skip(reason=INSIDE[name]))
            if name in DIFFERS:
                item.add_marker(pytest.mark.xfail(reason=DIFFERS[name], strict=True))


def main() -> None:
    """Run them."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the folder
        sys.exit(__doc__)
    tests = Path(sys.argv[1]).resolve() / "src" / "OpenMediaMatch" / "tests"
    if not all((tests / name).is_file() for name in FILES):
        sys.exit(f"{tests.name} of HMA's source are not in that folder: expected {', '.join(FILES)}.")
    options = ["-q", "-rsxX", "-c", "/dev/null", "--rootdir", str(tests), "-p", "no:cacheprovider"]
    names = [str(tests / name) for name in FILES]
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (pictures, hashes):
        stand_ins(pictures, hashes)
        sys.exit(pytest.main([*options, "--import-mode=importlib", *names], plugins=[Plugin()]))


if __name__ == "__main__":
    main()
