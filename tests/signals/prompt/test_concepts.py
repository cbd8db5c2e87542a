import pytest

from consentry.signals.prompt.concepts import build, lexicon
from consentry.signals.prompt.normalise import fold, words


def found(lists, text):
    return [mention.concept for mention in build(lists, "v").find(words(fold(text)))]


def test_a_pattern_has_stems_alternatives_and_gaps():
    lists = {"en": {"common": "the", "boat": "sail*, row/rows ... river"}}
    assert found(lists, "the sailing ship") == ["boat"]
    assert found(lists, "he rows slowly down the river") == ["boat"]
    assert not found(lists, "he rows. The river is calm")


def test_a_gap_has_an_end():
    lists = {"en": {"boat": "rowing ... river"}}
    assert not found(lists, "rowing one two three four five six seven river")


def test_a_short_word_counts_only_in_its_language():
    lists = {"en": {"common": "the is"}, "de": {"common": "der ist", "boat": "boot"}}
    assert found(lists, "der boot ist hier") == ["boat"]
    assert not found(lists, "the boot is here")


def test_a_small_misspelling_is_recognised_and_marked():
    (mention,) = build({"en": {"boat": "sailboat"}}, "v").find(words(fold("salboat")))
    assert mention.typo


def test_a_word_written_as_two_is_recognised_unless_both_are_words():
    (mention,) = build({"en": {"boat": "sailboat"}}, "v").find(words(fold("a sai lboat")))
    assert (mention.typo, mention.at) == (True, (1, 2))
    assert not found({"en": {"common": "sail boat", "boat": "sailboat"}}, "sail boat")


def test_a_very_long_word_is_no_misspelling():
    assert not found({"en": {"boat": "sailboat" * 4}}, "salboat" + "sailboat" * 3)


def test_a_few_words_that_show_no_language_are_read_as_english():
    lists = {"en": {"boat": "boot"}, "de": {"boat": "kahn"}}
    assert found(lists, "boot") == ["boat"]
    assert not found(lists, "kahn")


def test_scripts_without_spaces_are_read_by_character():
    assert found({"ja": {"boat": "船"}}, "青い船が見える") == ["boat"]


def test_the_shipped_lists_are_read_once_and_have_a_version():
    assert lexicon() is lexicon()
    assert len(lexicon().version) == 12


def test_words_that_no_list_knows_are_counted_in_each_clause():
    known = build({"en": {"edit": "brighten", "common": "the, all"}}, "v")
    text = words(fold("brighten the quux, all corge grault it 12"))
    assert known.strangers(text, known.find(text)) == {0: 1.0, 1: 2.0}


def test_a_character_of_a_script_without_spaces_is_a_third_of_a_word():
    known = build({"zh": {"edit": "\u4eae"}}, "v")
    text = words(fold("\u4eae\u5ea6\u5ea6\u5ea6"))
    assert known.strangers(text, known.find(text)) == {0: pytest.approx(1.0)}
