# ruff: noqa: RUF001 - letters that look like others are what is tested
import pytest

from consentry.signals.prompt.normalise import (
    MAX_CHARS,
    fold,
    reversed_text,
    rotated,
    shortened,
    tidied,
    unpacked,
    words,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ｈａｒｂｏｕｒ", "harbour"),
        ("har\u200bbour", "harbour"),
        ("h\u0430rbour", "harbour"),
        ("Çam", "cam"),
    ],
)
def test_one_plain_spelling(text, plain):
    assert fold(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [("h a r b o u r", "harbour"), ("h.a.r.b.o.u.r", "harbour"), ("haaarbour", "harbour"), ("b0at", "boat")],
)
def test_disguises_are_undone(text, plain):
    assert plain in tidied(text).split()


@pytest.mark.parametrize("text", ["4k", "10am", "3d", "+10%"])
def test_numbers_with_units_stay(text):
    assert tidied(text) == text


def test_a_wider_gap_ends_a_word_of_letters_apart():
    assert tidied("b.l.u.e s.e.a").split() == ["blue", "sea"]
    assert tidied("b l u e  s e a").split() == ["blue", "sea"]


def test_what_is_packed_is_unpacked():
    assert unpacked("YSBjYWxtIGhhcmJvdXI=") == "a calm harbour"
    assert unpacked("a%20harbour") == "a harbour"
    assert unpacked("a&#32;harbour") == "a harbour"


def test_rotated_and_reversed():
    assert rotated("uneobhe") == "harbour"
    assert reversed_text("ruobrah") == "harbour"


def test_words_know_their_clause_and_sentence():
    split = words("one, two. three")
    assert [forms[0] for forms in split.forms] == ["one", "two", "three"]
    assert split.clause == (0, 1, 2)
    assert split.sentence == (0, 0, 1)


def test_both_ends_of_a_long_text_are_kept():
    short = shortened("a" + "-" * 3 * MAX_CHARS + "z")
    assert len(short) <= MAX_CHARS + 1
    assert short[0] + short[-1] == "az"
