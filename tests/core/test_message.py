import pytest

from consentry.core.errors import BadInput
from consentry.core.message import MAX_MESSAGE, MAX_MESSAGES, check_message


def test_a_message_is_kept_without_the_space_around_it():
    assert check_message("  It is back.\n", MAX_MESSAGES - 1) == "It is back."
    assert check_message(" " + "x" * MAX_MESSAGE, 0) == "x" * MAX_MESSAGE


@pytest.mark.parametrize(
    ("text", "present", "code", "says"),
    [
        (" \t", 0, "message_empty", "Please write something."),
        ("x" * (MAX_MESSAGE + 1), 0, "message_long", "Please use at most 5000 characters."),
        ("x", MAX_MESSAGES, "messages_full", "This case has as many messages as it can hold."),
    ],
)
def test_what_cannot_be_kept_is_said_with_its_reason(text, present, code, says):
    with pytest.raises(BadInput) as refused:
        check_message(text, present)
    found = refused.value
    assert (found.code, found.message, found.param) == (code, says, "text")


def test_a_full_case_says_that_nothing_is_lost():
    with pytest.raises(BadInput) as refused:
        check_message("x", MAX_MESSAGES)
    assert refused.value.next_step == "Wait for an answer; what you wrote before is kept."
