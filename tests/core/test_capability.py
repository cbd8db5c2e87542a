import dataclasses

import pytest

from consentry.core.capability import Capability
from consentry.core.content import Account, Picture, Request

PICTURE = Picture(b"", "")
PLAIN = Request("images.edits", Account("acc_1"), "a harbour")
WITH_INPUT = dataclasses.replace(PLAIN, inputs=(PICTURE,))
WITH_MASK = dataclasses.replace(PLAIN, mask=PICTURE)
WITH_MARKUP = dataclasses.replace(PLAIN, markup=PICTURE)
WITH_CONSENT = dataclasses.replace(PLAIN, consent="cns_1")


def test_a_gate_is_for_one_of_the_two_and_there_is_no_third():
    assert [capability.value for capability in Capability] == ["people", "adult"]


@pytest.mark.parametrize("asked", [PLAIN, WITH_INPUT, WITH_MASK, WITH_MARKUP, WITH_CONSENT])
@pytest.mark.parametrize("named", [True, False])
def test_a_gate_for_people_takes_pictures_and_names(asked, named):
    assert Capability.PEOPLE.mixes(asked, named) == ""


@pytest.mark.parametrize(
    ("asked", "named", "why"),
    [
        (WITH_INPUT, False, "a picture is attached"),
        (WITH_MASK, False, "a picture is attached"),
        (WITH_MARKUP, False, "a picture is attached"),
        (WITH_CONSENT, False, "a consent of somebody is named"),
        (PLAIN, True, "somebody is named"),
        (PLAIN, False, ""),
    ],
)
def test_a_gate_for_adult_content_takes_nothing_of_anybody(asked, named, why):
    assert Capability.ADULT.mixes(asked, named) == why
