"""The pages that the program writes about itself say what is there, and say when they are stale."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from consentry.cli.docs import PAGES, commands, docs, flows, pages, routes, stale
from consentry.config import SETTINGS


@pytest.fixture
def root() -> click.Group:
    """A command line with one noun of its own."""
    root = click.Group("consentry", help="The command.")
    root.add_command(docs)
    root.add_command(click.Command("lamp", help="Light a lamp.", params=[click.Option(["--bright"])]))
    return root


def run(root: click.Group, *words: str):
    return CliRunner().invoke(root, ["docs", *words])


def test_what_was_written_is_fresh(root: click.Group, tmp_path: Path):
    assert run(root, "build", "--docs", str(tmp_path)).exit_code == 0
    assert stale(root, tmp_path) == []
    assert run(root, "check", "--docs", str(tmp_path)).exit_code == 0


def test_a_page_that_was_changed_by_hand_is_stale(root: click.Group, tmp_path: Path):
    run(root, "build", "--docs", str(tmp_path))
    page = tmp_path / "reference" / "settings.md"
    page.write_text(page.read_text().replace("8321", "8322"))
    said = run(root, "check", "--docs", str(tmp_path))
    assert said.exit_code == 1
    assert "reference/settings.md" in said.output
    assert "make docs" in said.output


def test_a_command_that_was_added_makes_its_page_stale(root: click.Group, tmp_path: Path):
    run(root, "build", "--docs", str(tmp_path))
    root.add_command(click.Command("bell", help="Ring a bell."))
    assert stale(root, tmp_path) == ["reference/cli.md"]


def test_every_page_is_stale_where_there_is_none(root: click.Group, tmp_path: Path):
    assert stale(root, tmp_path) == list(pages(root))


def test_each_flow_stands_there_with_its_first_sentence_and_steps(root: click.Group):
    page = pages(root)["flow.md"]
    assert flows()[:3] == ["judge", "generate", "upload"]
    assert all(f"## `{name}`" in page for name in flows())
    assert "**Look, decide, record: the three steps that every door shares, in that order.**\n\n1. " in page


def test_each_setting_stands_there_with_its_variable_and_default(root: click.Group):
    page = pages(root)["reference/settings.md"]
    for setting in SETTINGS:
        assert f"| `{setting.name}` | `CONSENTRY_{setting.name.upper()}` |" in page
        assert setting.help in page
    assert "| `port` | `CONSENTRY_PORT` | `8321` |" in page
    assert "| `site` | `CONSENTRY_SITE` | `false` |" in page


def test_each_route_stands_there_once_and_pages_come_last(root: click.Group):
    page = pages(root)["reference/routes.md"]
    found = [f"{route.method} {route.path}" for route in routes()]
    assert {"POST /v1/images/edits", "POST /v1/screen", "POST /v1/reports", "GET /healthz"} <= set(found)
    assert len(found) == len(set(found))
    assert all(page.count(f"`{each}`") == 1 for each in found)
    assert not any(":path}" in each for each in found)
    tags = [route.tag for route in routes()]
    assert tags.index(PAGES) > max(index for index, tag in enumerate(tags) if tag != PAGES)


def test_each_command_stands_there_with_its_help(root: click.Group):
    page = pages(root)["reference/cli.md"]
    assert [path for path, _ in commands(root)] == [
        "consentry",
        "consentry docs",
        "consentry docs build",
        "consentry docs check",
        "consentry lamp",
    ]
    assert "## `consentry lamp`" in page
    assert "Usage: consentry lamp [OPTIONS]" in page
    assert "--bright" in page


def test_pages_say_that_they_are_written(root: click.Group):
    assert all(text.startswith("<!-- Written by `make docs`.") for text in pages(root).values())
