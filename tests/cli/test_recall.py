"""`consentry recall`: counted first, confirmed, and only one thing at a time."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from support.running import Running


@pytest.fixture
def run(server: Running):
    def now(*words: str, answer: str = ""):
        return CliRunner().invoke(main, ["recall", *words, "--data", server.system.settings.data], answer)

    return now


@pytest.fixture
def prompt(request):
    """Another one for every test: what was called back is not made again."""
    return f"a harbour to be called back, number {len(request.node.name)}"


@pytest.fixture
def decision(server: Running, prompt):
    with server.http("gate") as http:
        reply = http.post("/v1/images/generations", json={"prompt": prompt})
    return reply.json()["consentry"]["decision"]


def test_it_is_counted_confirmed_begun_and_undone(run, decision):
    dry = json.loads(run("--decision", decision, "--dry-run", "--json").output)
    assert dry == {"images": {"passed": 1}, "known_copies": 0}
    assert run("--decision", decision, answer="n\n").exit_code == 1
    assert json.loads(run("--decision", decision, "--dry-run", "--json").output) == dry
    begun = json.loads(run("--decision", decision, "--yes", "--json").stdout)
    assert begun["recall"].startswith("C-")


def test_a_prompt_is_read_from_a_file_and_never_shown(run, tmp_path, decision, prompt):
    file = tmp_path / "prompt.txt"
    file.write_text(f"  {prompt.upper()}\n")
    counted = run("--prompt", str(file), "--dry-run", "--json")
    assert sum(json.loads(counted.output)["images"].values()) >= 1
    assert "harbour" not in counted.output


@pytest.mark.parametrize("words", [[], ["--account", "a", "--consent", "b"], ["--undo", "C-NONE"]])
def test_exactly_one_thing_that_is_there_is_called_back(run, words):
    assert run(*words).exit_code == 2
