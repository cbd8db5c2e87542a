"""The documentation is complete and true: generated pages are fresh, links lead somewhere, examples hold."""

import re
import tomllib
from pathlib import Path

import pytest

from consentry.__main__ import main
from consentry.cli.docs import pages, stale
from project.shelf import ROOT, name, tracked

DOCS = ROOT / "docs"
PAGES = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def links(page: Path) -> set[Path]:
    """Files that a page points to; addresses of the web aside."""
    targets = LINK.findall(re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


def test_generated_pages_are_fresh():
    assert stale(main, DOCS) == [], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path):
    assert not [target for target in links(page) if not target.exists()]


def test_every_page_is_found_from_the_index():
    reached, ahead = set(), {DOCS / "index.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        ahead |= {target for target in links(page) if target.suffix == ".md" and target.exists()} - reached
    lost = [name(page) for page in PAGES if page.is_relative_to(DOCS) and page not in reached]
    assert not lost


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_generated_pages_are_all_there_is_in_the_reference():
    assert {f"reference/{path.name}" for path in (DOCS / "reference").iterdir()} <= set(pages(main))


def test_every_decision_on_record_has_a_number_and_says_what_was_decided():
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert all("**Decided.**" in path.read_text() for path in records)


def test_changes_name_the_version_of_the_package():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text()
