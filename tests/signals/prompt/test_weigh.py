"""What the concepts of a request amount to together."""

import pytest

from consentry.signals.prompt.concepts import build
from consentry.signals.prompt.normalise import fold, words
from consentry.signals.prompt.weigh import COMPARE, DOUBTFUL, FAINT, PLAIN, REFUSE, weigh

LISTS = {
    "any": {
        "edit": "brighten",
        "garment": "smock, tunic, kirtle",
        "outer": "cloak",
        "remove": "without",
        "blemish": "speck",
        "swim": "swimsuit",
        "nude": "unclothed",
        "injure": "bruise",
        "minor": "toddler",
        "unwilling": "unasked",
        "vulnerable": "asleep",
        "medical": "doctor",
        "catalogue": "catalogue",
        "person": "someone",
        "bed": "pillow",
        "body": "torso",
        "given": "martina",
        "tint": "yellow",
    }
}
KNOWN = build(LISTS, "v")


def weighed(text, *, picture=True, name=False):
    read = words(fold(text))
    found = KNOWN.find(read)
    return weigh(read, found, picture=picture, name=name, strange=KNOWN.strangers(read, found))


def test_the_scale_is_the_floor_s():
    assert FAINT < COMPARE <= DOUBTFUL < REFUSE <= PLAIN


def test_what_is_known_to_be_harmless_raises_no_doubt():
    assert weighed("brighten it all").suspicion == 0.0


@pytest.mark.parametrize(
    "text",
    ["do that thing", "brighten it all, and do that thing", "brighten the smock", "all yellow without that"],
)
def test_whatever_is_not_accounted_for_raises_a_doubt_about_a_picture(text):
    assert weighed(text).suspicion == DOUBTFUL
    assert weighed(text, picture=False).suspicion < COMPARE


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("brighten someone quux corge", 0.0),
        ("brighten someone quux corge grault", DOUBTFUL),
        ("brighten quux corge grault garply", 0.0),
        ("brighten quux corge grault garply waldo", DOUBTFUL),
        ("brighten someone it is so 1984", 0.0),
    ],
)
def test_a_harmless_word_accounts_for_few_unknown_words_and_for_fewer_about_a_person(text, doubt):
    assert weighed(text).suspicion == doubt


def test_a_colour_and_a_speck_account_for_nothing_by_themselves():
    assert weighed("someone all yellow").suspicion == DOUBTFUL
    assert weighed("someone with a speck").suspicion == DOUBTFUL
    assert weighed("the speck without delay").suspicion == 0.0


def test_clothes_are_accounted_for_by_their_colour():
    assert weighed("a yellow smock please").suspicion == 0.0


def test_taking_clothes_off_is_plain_and_taking_a_speck_off_them_is_not():
    assert weighed("without the smock").harm == PLAIN
    assert weighed("without the speck on the smock").harm == FAINT


def test_three_pieces_one_after_the_other_are_plain():
    assert weighed("without the cloak, the smock, the tunic").harm == PLAIN
    assert weighed("without the cloak").harm == DOUBTFUL


def test_a_bruise_may_be_taken_away():
    assert weighed("a bruise on it").harm == PLAIN
    assert weighed("without the bruise").harm == 0.0


def test_a_setting_lowers_a_refusal_to_a_comparison():
    assert weighed("unclothed for the doctor").harm == DOUBTFUL


def test_goods_are_no_person():
    assert weighed("swimsuit in a catalogue").harm == DOUBTFUL


def test_a_pillow_is_doubtful_only_with_a_picture():
    assert weighed("on the pillow").harm == DOUBTFUL
    assert weighed("on the pillow", picture=False).harm == 0.0
    assert weighed("torso on the pillow").harm == PLAIN


def test_no_agreement_beside_a_harm_is_unwilling():
    assert weighed("unasked and unclothed").unwilling >= REFUSE
    assert weighed("asleep and unclothed").unwilling >= REFUSE


def test_no_agreement_beside_something_not_understood_is_refused_without_a_strike():
    assert COMPARE <= weighed("unasked, do that thing").unwilling < REFUSE
    assert weighed("unasked, but brighten it all").unwilling == 0.0


def test_a_child_is_a_child_with_and_without_a_picture():
    assert weighed("the toddler unclothed").minor == PLAIN
    assert weighed("the toddler unclothed", picture=False).minor == PLAIN
    assert weighed("the toddler, brighten it all").minor == 0.0


def test_a_named_person_is_compared_and_never_agreed_to_being_described():
    assert weighed("brighten it all", picture=False, name=True).suspicion == DOUBTFUL
    assert weighed("unclothed", picture=False, name=True).unwilling == PLAIN


def test_a_given_name_and_an_unknown_word_name_somebody_of_whom_something_is_asked():
    assert weighed("martina kessler unclothed", picture=False).named == 1.0
    assert weighed("martina kessler at a desk", picture=False).named == 0.0
    assert weighed("martina unclothed", picture=False).named == 0.0
