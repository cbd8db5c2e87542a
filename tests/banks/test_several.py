"""What any finder finds is found, nearest first, and a finder that fails is not passed over."""

import pytest

from consentry.banks.several import Several
from consentry.core.errors import SafetyUnavailable
from consentry.core.match import Hashes, Match, Method
from support.fakes import PlainFinder

ASKED = Hashes("aa", (), 100)
FAR, CLOSE = Match("1", "A", Method.NEAR, 9), Match("2", "B", Method.NEAR, 3)


class Down:
    def find(self, hashes, radius):
        raise SafetyUnavailable("It does not answer.")


def test_what_any_finder_finds_is_found_nearest_first():
    several = Several((PlainFinder([FAR]), PlainFinder([]), PlainFinder([CLOSE])))
    assert several.find(ASKED, 31) == [CLOSE, FAR]


def test_half_an_answer_is_none():
    with pytest.raises(SafetyUnavailable):
        Several((PlainFinder([FAR]), Down())).find(ASKED, 31)
