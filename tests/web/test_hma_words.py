"""HMA's words are understood as its clients mean them, and nothing else is."""

from datetime import UTC, datetime

import pytest

from consentry.core.bank import FOREVER, BankEntry, SignalKind
from consentry.core.errors import BadInput, Conflict, NotAllowed, NotFound, SafetyUnavailable
from consentry.web import hma_words as words

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ENTRY = BankEntry("A", SignalKind.PDQ, "0" * 64, NOON)


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (BadInput("x"), 400),
        (NotAllowed("x"), 401),
        (Conflict("x"), 403),
        (NotFound("x"), 404),
        (SafetyUnavailable("x"), 503),
        (words.missing("url"), 422),
    ],
    ids=["bad", "no key", "taken", "absent", "down", "missing"],
)
def test_each_trouble_has_the_status_its_clients_know(trouble, status):
    assert words.refused(trouble).status_code == status


@pytest.mark.parametrize("value", [True, "true", "TRUE", 1, "yes"])
def test_true_may_be_a_word(value):
    assert words.as_flag("enabled", value) is True


@pytest.mark.parametrize("value", [None, "", 2, [], "maybe"])
def test_what_is_neither_true_nor_false_is_refused(value):
    with pytest.raises(BadInput):
        words.as_flag("enabled", value)


@pytest.mark.parametrize("value", [None, "half", [], {}])
def test_a_share_that_is_no_number_is_refused(value):
    with pytest.raises(BadInput):
        words.as_ratio(value)


@pytest.mark.parametrize("value", [0, 1, int(NOON.timestamp()) + 60])
def test_a_pause_comes_back_as_it_was_said(value):
    assert words.paused_ts(words.paused(value, NOON)) == value


def test_off_means_for_ever():
    assert words.paused(0, NOON) == FOREVER


def test_what_other_sources_said_counts_as_a_note():
    said = BankEntry("A", SignalKind.PDQ, "0" * 64, NOON, about="plain words")
    assert words.about(said) == {"note": "plain words"}
    assert words.about(ENTRY) == {}


def test_what_callers_sent_is_repeated_only_in_part():
    assert words.plain("a\n\x00b" + "c" * 100) == "ab" + "c" * 60
