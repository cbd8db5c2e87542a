import pytest

from consentry.core.errors import BadInput
from consentry.media.limits import NOTES, TROUBLES, Limits, refusal


@pytest.mark.parametrize("word", TROUBLES)
def test_every_trouble_has_a_code_and_a_sentence_for_people(word):
    trouble = refusal(word)
    assert isinstance(trouble, BadInput)
    assert trouble.code == word
    assert trouble.message.endswith(".")
    assert trouble.next_step


def test_words_fit_in_one_answer_of_the_child():
    assert all(word.isidentifier() and word.isascii() for word in [*TROUBLES, *NOTES])
    assert len(" ".join(NOTES)) <= 100


def test_one_still_of_the_largest_size_fits_with_both_its_backgrounds():
    limits = Limits()
    assert limits.max_total_pixels >= 2 * limits.max_pixels
