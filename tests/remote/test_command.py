"""A command of the operator's reaches files; how it ends is what is believed."""

import sys

import pytest

from consentry.core.errors import NotFound, UpstreamTrouble
from consentry.remote.command import CommandStorage


def command(code, seconds=30.0):
    return CommandStorage([sys.executable, "-c", f"import sys; {code}"], seconds)


def test_it_is_told_what_to_do_and_its_file_comes_back():
    storage = command("print(*sys.argv[1:])")
    assert storage.run("fetch", "a/b; c.png", "key 1") == b"fetch a/b; c.png key 1\n"


def test_how_it_ends_is_told_apart():
    with pytest.raises(NotFound):
        command("sys.exit(3)").run("hide", "a", "k")
    for storage in (
        command("sys.exit(1)"),
        command("import time; time.sleep(9)", 0.2),
        CommandStorage(["/no"]),
    ):
        with pytest.raises(UpstreamTrouble):
            storage.run("hide", "a", "k")


@pytest.mark.parametrize(("verb", "path"), [("burn", "a"), ("hide", "-rf")])
def test_what_it_would_take_for_something_else_is_not_said(verb, path):
    with pytest.raises(NotFound):
        command("pass").run(verb, path, "k")


def test_what_it_complains_of_is_not_repeated():
    with pytest.raises(UpstreamTrouble) as caught:
        command("sys.exit('secret')").run("hide", "secret", "secret")
    assert "secret" not in f"{caught.value} {caught.value.next_step}"
