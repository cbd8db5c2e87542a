"""What the README and the pages tell people to type works: on a running server, or at least as a command."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.media import drawing
from consentry.media.edits import encoded
from project.shelf import ROOT, name, tracked
from support.running import Running

README = ROOT / "README.md"
ADDRESS = "http://127.0.0.1:8321"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of a page in one language."""
    return [text for found, text in BLOCK.findall(page.read_text()) if found == language]


def block_with(words: str, language: str = "sh") -> str:
    """The one block of the README that has these words."""
    (found,) = [text for text in blocks(README, language) if words in text]
    return found


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every `consentry …` line in the blocks of every page, with the page it stands on."""
    for page in (path for path in tracked() if path.suffix == ".md"):
        for text in [*blocks(page, "sh"), *blocks(page, "bash")]:
            for line in text.replace("\\\n", " ").splitlines():
                if line.startswith("consentry "):
                    yield name(page), shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize(("page", "words"), list(commands()))
def test_a_command_in_the_documentation_exists_with_its_options(page: str, words: list[str]):
    command, context, rest = main, click.Context(main), list(words)
    while isinstance(command, click.Group):
        command = command.get_command(context, rest.pop(0))
        assert command, f"{page}: there is no command {words}"
    command.make_parser(click.Context(command)).parse_args(rest)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a drawn picture under the names that the examples use."""
    monkeypatch.chdir(tmp_path)
    for file in ("photo.png", "picture.jpg"):
        (tmp_path / file).write_bytes(encoded(drawing.figure(17), file[-3:].replace("jpg", "jpeg")))
    return tmp_path


@pytest.mark.usefixtures("desk")
def test_the_client_example_runs_and_understands_a_refusal(
    server: Running, capsys: pytest.CaptureFixture[str]
):
    example = block_with("images.edit", "py")
    example = example.replace(ADDRESS, server.url).replace("cty_…", server.key("gate"))
    assert run(example)["answer"].data[0].b64_json
    run(example.replace("put a lighthouse in the background", "put her in a bikini"))
    assert "moderation_blocked" in capsys.readouterr().out


def run(example: str) -> dict[str, Any]:
    """Run a block and close the client it made; returns what it defined."""
    found: dict[str, Any] = {}
    exec(example, found)
    found["client"].close()
    return found


def test_the_screening_example_is_understood(server: Running, desk: Path):
    target = re.search(rf"{ADDRESS}(/v1/screen\S*?)\"", block_with("/v1/screen"))[1]
    with server.http("screen") as http:
        reply = http.post(target, content=(desk / "picture.jpg").read_bytes())
    assert reply.status_code == 200
    assert reply.json()["outcome"] == "allow"


def test_the_report_example_opens_a_case(server: Running):
    example = block_with("/v1/reports")
    fields = json.loads(re.search(r"-d '(\{.*\})'", example, re.DOTALL)[1])
    with server.http() as http:
        reply = http.post("/v1/reports", json=fields)
    assert reply.status_code == 201
    assert {"reference", "passphrase", "decided_by"} <= reply.json().keys()


def test_the_verifying_example_holds(server: Running):
    reply = server.client().images.with_raw_response.generate(prompt="a bowl of pears")
    words = shlex.split(block_with("log verify"))[1:]
    words[words.index(ADDRESS)] = server.url
    words[-1] = reply.headers["consentry-log-index"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
