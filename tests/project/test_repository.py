"""What is in the repository is seen by anyone, anywhere: no registry hosts, nobody's paths, no keys."""

import re
import tomllib

import pytest

from consentry.core.assessment import policy_digest
from consentry.law import read_files, shipped_assessment
from project.shelf import ROOT, text, tracked

HALVES = "py,pi.org python,hosted.org npm,js.org npm,js.com deb.debian,.org proxy.go,lang.org yarn,pkg.com"
REGISTRIES = HALVES.replace(",", "").split()
"""Spelled in two halves, so that this file is not a finding of its own."""

FORBIDDEN = {
    "the host of a package registry": re.compile("|".join(re.escape(host) for host in REGISTRIES)),
    "a folder of somebody's machine": re.compile(r"(?<![\w/.\-}])/(?:work|root|home|Users)/\w"),
    "the address of a package file": re.compile(r"https?://[^\s\"'<>]+\.(?:whl|tgz|deb|tar\.gz)\b"),
    "an option that names a package index": re.compile(
        "--(?:extra-)?index-" + r"url|--find-" + r"links|--trusted-" + "host"
    ),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
}

SEEN = {
    "the host of a package registry": "https://" + REGISTRIES[0] + "/six",
    "a folder of somebody's machine": "see /" + "home/ada/notes",
    "the address of a package file": "https://example.org/a-1.0." + "whl",
    "an option that names a package index": "--extra-index" + "-url x",
    "a private key": "-----BEGIN PRIVATE " + "KEY-----",
}

LARGEST = 1_000_000
"""Most bytes in one tracked file: nothing here should be a picture collection or a model."""

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+ \\$", re.MULTILINE)


def requirements(name: str) -> set[str]:
    """The lines of a requirements file that ask for something."""
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return {line for line in lines if line and not line.startswith(("#", "-c"))}


def plain(requirement: str) -> str:
    """A requirement as the lists write it: without a marker for other systems."""
    return requirement.split(";", maxsplit=1)[0].strip()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_tracked_names(what: str):
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(text(path).splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert not found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_each_is_seen(what: str):
    assert FORBIDDEN[what].search(SEEN[what])


def test_no_tracked_file_is_large():
    assert not [path for path in tracked() if path.stat().st_size > LARGEST]


def test_requirements_say_what_the_package_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert requirements("build.in") == set(project["build-system"]["requires"])
    assert requirements("runtime.in") == {plain(line) for line in project["project"]["dependencies"]}
    assert requirements("dev.in") == {plain(line) for line in project["dependency-groups"]["dev"]}


@pytest.mark.parametrize("name", ["build", "runtime", "dev"])
def test_everything_is_pinned_with_hashes(name: str):
    pinned = (ROOT / "requirements" / f"{name}.txt").read_text()
    asked = {re.split(r"[\[<>=]", line)[0] for line in requirements(f"{name}.in")}
    blocks = [
        block for block in re.split(r"^(?=\S)", pinned, flags=re.MULTILINE) if not block.startswith("#")
    ]
    assert asked <= set(PIN.findall(pinned))
    assert all("==" in block and "--hash=sha256:" in block for block in blocks if block.strip())


def test_the_law_files_we_ship_are_the_ones_that_were_assessed():
    data = dict(shipped_assessment())
    assert data["digest"] == policy_digest(read_files(), {}), (
        "A law file changed: answer src/consentry/law/assessed/shipped.toml anew, and put this digest there."
    )


def test_make_has_ten_words_at_most_and_explains_each():
    makefile = (ROOT / "Makefile").read_text()
    words = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    explained = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)
    assert len(words) <= 10
    assert sorted(words) == sorted(explained)


def test_skips_allowed_in_ci_name_a_test_that_exists():
    skips = tomllib.loads((ROOT / "tests" / "project" / "allowed_skips.toml").read_text()).get("skip", [])
    for skip in skips:
        file, _, test = skip["test"].partition("::")
        assert len(skip["reason"].split()) >= 4, skip
        assert test.split("[")[0].strip("*") in (ROOT / file).read_text(), skip
