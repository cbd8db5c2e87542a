import pytest

from consentry.signals.prompt.concepts import lexicon
from consentry.signals.prompt.names import full_name


@pytest.mark.parametrize(
    "text",
    [
        "Martha Ellinger at the harbour",
        "a portrait with Tom Arkwright, smiling",
        "a photo of Martina Kessler",
    ],
)
def test_a_full_name_is_seen(text):
    assert full_name(text, lexicon())


@pytest.mark.parametrize(
    "text",
    [
        "a harbour in the morning",
        "A boat near Porto Vecchio at dawn",
        "a harbour by Martina Kessler",
        "Night Harbour With Many Small Boats",
        "The Woman reads",
        "",
    ],
)
def test_a_place_a_headline_and_everyday_words_are_no_name(text):
    assert not full_name(text, lexicon())
