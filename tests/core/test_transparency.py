import pytest

from consentry.core import transparency
from consentry.core.policy import Harm, Outcome
from consentry.core.transparency import (
    ADULTS_ONLY,
    CATEGORY,
    EEA,
    EU,
    GROUND_FIELDS,
    ILLEGAL,
    INCOMPATIBLE,
    KEYWORD,
    PUID,
    SYNTHETIC_KEYWORD,
    VISIBILITY,
    Automation,
    ContentType,
    Source,
)

KEYWORDS = {*KEYWORD.values(), *SYNTHETIC_KEYWORD.values()}


def test_the_codes_are_those_the_database_takes():
    codes = {
        *VISIBILITY.values(),
        *CATEGORY.values(),
        *KEYWORDS,
        *ContentType,
        *Source,
        *Automation,
        *GROUND_FIELDS,
    }
    assert {str(code) for code in codes} == {
        "DECISION_VISIBILITY_CONTENT_LABELLED",
        "DECISION_VISIBILITY_CONTENT_DISABLED",
        "DECISION_VISIBILITY_CONTENT_REMOVED",
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
        "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
        "KEYWORD_CYBER_HARASSMENT",
        "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
        "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
        "KEYWORD_ADULT_SEXUAL_MATERIAL",
        "CONTENT_TYPE_IMAGE",
        "CONTENT_TYPE_VIDEO",
        "CONTENT_TYPE_SYNTHETIC_MEDIA",
        "SOURCE_ARTICLE_16",
        "SOURCE_TRUSTED_FLAGGER",
        "SOURCE_TYPE_OTHER_NOTIFICATION",
        "SOURCE_VOLUNTARY",
        "AUTOMATED_DECISION_FULLY",
        "AUTOMATED_DECISION_PARTIALLY",
        "AUTOMATED_DECISION_NOT_AUTOMATED",
        "DECISION_GROUND_ILLEGAL_CONTENT",
        "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    }


def test_no_keyword_says_anything_about_anybodys_gender():
    assert not [word for word in KEYWORDS if "WOMEN" in word or "GIRLS" in word]


@pytest.mark.parametrize("harm", Harm)
def test_every_harm_has_a_category(harm):
    assert CATEGORY[harm].startswith("STATEMENT_CATEGORY_")


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_but_allowing_restricts_visibility(outcome):
    assert (outcome in VISIBILITY) is (outcome is not Outcome.ALLOW)


def test_keywords_that_exclude_minors_are_never_those_of_a_child():
    assert Harm.CHILD not in ADULTS_ONLY
    assert {KEYWORD[harm] for harm in ADULTS_ONLY} == {word for word in KEYWORDS if "NON_CONSENSUAL" in word}


def test_each_ground_has_its_own_two_fields():
    assert GROUND_FIELDS == {
        ILLEGAL: ("illegal_content_legal_ground", "illegal_content_explanation"),
        INCOMPATIBLE: ("incompatible_content_ground", "incompatible_content_explanation"),
    }


def test_the_places_are_the_thirty_of_the_european_economic_area():
    assert (len(EU), len(EEA)) == (27, 30)
    assert {"IS", "LI", "NO"} == EEA - EU
    assert not {"GB", "UK", "CH", "EL"} & EEA


@pytest.mark.parametrize("puid", ["a", "Z9_-", "x" * 500])
def test_an_identifier_of_the_platform_is_taken(puid):
    assert PUID.fullmatch(puid)


@pytest.mark.parametrize("puid", ["", "a b", "a.b", "é", "a\n", "x" * 501])
def test_another_identifier_is_not(puid):
    assert not PUID.fullmatch(puid)


def test_the_limits_are_those_of_the_database():
    limits = {name: value for name, value in vars(transparency).items() if name.startswith("MAX_")}
    assert limits == {
        "MAX_GROUND": 500, "MAX_EXPLANATION": 2_000, "MAX_FACTS": 5_000, "MAX_URL": 500, "MAX_SOURCE": 500,
    }  # fmt: skip
