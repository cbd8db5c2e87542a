"""Behind the gate stands the generator that the settings name, or none."""

import contextlib
from pathlib import Path

import pytest

from consentry import wiring
from consentry.core.errors import BadInput, SetupTrouble
from consentry.generators.absent import AbsentGenerator
from consentry.generators.chat import ChatGenerator
from consentry.generators.drawing import DrawingGenerator
from consentry.generators.gemini import GeminiGenerator
from consentry.generators.openai import OpenAIGenerator
from consentry.generators.responses import ResponsesGenerator
from consentry.generators.xai import XaiGenerator
from consentry.wiring.upstream import fetcher, upstream
from support.gate import Issuer
from support.small import wanted


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("", AbsentGenerator),
        ("drawing:", DrawingGenerator),
        ("http://127.0.0.1:9/v1", OpenAIGenerator),
        ("openai:https://a.example/v1", OpenAIGenerator),
        ("xai:https://a.example/v1", XaiGenerator),
        ("responses:https://a.example/v1", ResponsesGenerator),
        ("chat:https://a.example/v1", ChatGenerator),
        ("gemini:https://a.example/v1beta", GeminiGenerator),
    ],
)
def test_the_upstream_names_its_dialect(tmp_path: Path, named: str, kind: type):
    assert type(upstream(wanted(tmp_path, upstream=named), Issuer().permits)) is kind


@pytest.mark.parametrize("named", ["dalle:https://a.example", "xai:", "xai:a.example", "a.example", "xai"])
def test_a_dialect_that_nobody_speaks_starts_nothing(tmp_path: Path, named: str):
    with pytest.raises(SetupTrouble, match="upstream"):
        upstream(wanted(tmp_path, upstream=named), Issuer().permits)


def test_the_generator_for_trying_out_can_be_told_to_surprise():
    assert isinstance(wiring.drawing_generator({"a lighthouse": "bands"}), DrawingGenerator)


def test_pictures_are_fetched_from_the_hosts_that_the_settings_name_and_from_no_other(tmp_path: Path):
    with contextlib.ExitStack() as opened:
        found = fetcher(
            frozenset({"a.example"}), wanted(tmp_path, fetch_inside="a.example, b.example"), opened
        )
        for url in ("http://b.example:1/x", "http://c.example/x"):
            with pytest.raises(BadInput, match="unsafe"):
                found.fetch(url, 10)
