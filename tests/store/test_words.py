"""What both stores say when they refuse, and to whom it is said."""

import pytest

from consentry.core.errors import BadInput, Conflict, LostLease, NotFound
from consentry.store import words


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (words.absent("case"), NotFound),
        (words.taken(), Conflict),
        (words.outdated(), Conflict),
        (words.lost(), LostLease),
        (words.wrong_purpose(), BadInput),
    ],
)
def test_it_is_a_sentence_of_the_right_kind(said, kind):
    assert type(said) is kind
    assert said.message.endswith(".")


def test_a_size_within_the_log_is_fine():
    words.require_size(3, 0)
    words.require_size(3, 3)


def test_a_size_beyond_the_log_is_not_there():
    with pytest.raises(NotFound, match="3 lines"):
        words.require_size(3, 4)


def test_a_negative_size_makes_no_sense():
    with pytest.raises(BadInput):
        words.require_size(3, -1)


def test_a_claim_is_for_something_and_some_time():
    words.require_claim(1, 0.1)
    for count, seconds in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="claim"):
            words.require_claim(count, seconds)
