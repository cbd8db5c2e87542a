"""Every language says everything, with the same placeholders, and nothing that no page asks for."""

import re
import string
from datetime import UTC, datetime

import pytest

from consentry.core.case import CaseState, RefusalGround
from consentry.core.message import Side
from consentry.core.report import Why
from consentry.web.public.questions import QUESTIONS
from consentry.web.public.words import FOLDER, LANGUAGES, preferred, words

HERE = FOLDER.parent
ENGLISH = words("en")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_language_lacks_a_sentence_or_has_one_left_over(code: str):
    assert set(words(code).sentences) == set(ENGLISH.sentences)
    assert all(text.strip() for text in words(code).sentences.values())


@pytest.mark.parametrize("code", LANGUAGES)
def test_placeholders_are_the_same_in_every_language(code: str):
    said = words(code).sentences
    differing = [
        key for key, text in ENGLISH.sentences.items() if placeholders(text) != placeholders(said[key])
    ]
    assert not differing


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_a_name_a_direction_and_twelve_months(code: str):
    said = words(code)
    assert said.name
    assert said.direction == ("rtl" if code == "ar" else "ltr")
    assert len(set(said.months)) == 12
    assert "2026" in said.moment(datetime(2026, 11, 25, 13, 4, tzinfo=UTC))
    assert "13:04" in said.moment(datetime(2026, 11, 25, 13, 4, tzinfo=UTC))


def test_a_language_is_translated():
    for code in set(LANGUAGES) - {"en"}:
        same = {key for key, text in words(code).sentences.items() if text == ENGLISH.sentences[key]}
        assert len(same) <= 8, (code, same)


def asked_for() -> set[str]:
    """Every key that a template or module names, and those made of a name and a value."""
    sources = [*HERE.glob("*.py"), *HERE.glob("templates/*.html")]
    named = {
        found for path in sources for found in re.findall(r"['\"]([a-z]+\.[a-z_0-9]+)['\"]", path.read_text())
    }
    fields = [(question.name, field) for question in QUESTIONS.values() for field in question.fields]
    made = {f"{name}.{field.name}" for name, field in fields}
    made |= {f"{name}.{choice}" for name, field in fields for choice in field.choices}
    made |= {
        f"{name}.{ending}"
        for name in QUESTIONS
        for ending in ("title", "hint", "missing", "safe", "safe_hint")
    }
    made |= {f"sign.missing_{name}" for name in ("intimate", "good_faith", "signature")}
    made |= {f"says.{why.value}" for why in Why}
    made |= {f"case.{each.value}" for kind in (CaseState, RefusalGround, Side) for each in kind}
    made |= {"case.added", "case.written"}
    named |= {f"{key}_hint" for key in named | made}
    return named | made


def test_no_sentence_is_left_that_no_page_says():
    unsaid = {key for key in ENGLISH.sentences if not key.startswith(("name.", "check."))} - asked_for()
    assert not unsaid


def test_every_page_has_a_short_name():
    for path in HERE.glob("templates/*.html"):
        name = path.stem
        if name not in {"base", "fields", "helplines", "device", "question", "trouble"}:
            assert f"name.{name}" in ENGLISH.sentences


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ("", "en"),
        ("xx", "en"),
        ("en-GB", "en"),
        ("xx;q=1, EN;q=0.1", "en"),
        ("en;q=0.5, cy", "cy"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("en;q=nonsense", "en"),
        (",,;q=,", "en"),
    ],
)
def test_the_language_is_what_the_browser_likes_best_of_those_there_are(accepted: str, wanted: str):
    assert preferred(accepted) == wanted
