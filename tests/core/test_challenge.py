"""A question is recognised by whom it was asked, for what, and when; and by nobody else's secret."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.challenge import LASTS, NONCE, ask, derived, ours, read, same, use, written
from consentry.core.errors import NotAllowed
from consentry.store.memory import MemoryStore
from support.stores import CountingIds, HandClock

KEY = b"k" * 32
AT = datetime(2026, 5, 1, 12, 0, 0, 0, UTC)
QUESTION = ask(KEY, "passkey", "browser", AT, "chance")
SECOND = timedelta(seconds=1)


def test_a_question_is_recognised_until_its_very_end():
    assert ours(KEY, "passkey", "browser", AT, QUESTION)
    assert ours(KEY, "passkey", "browser", AT + LASTS - SECOND, QUESTION)
    assert not ours(KEY, "passkey", "browser", AT + LASTS, QUESTION)


def test_a_question_from_the_future_is_not_recognised():
    assert not ours(KEY, "passkey", "browser", AT - SECOND, QUESTION)


@pytest.mark.parametrize(
    ("key", "purpose", "browser"),
    [(b"x" * 32, "passkey", "browser"), (KEY, "provider", "browser"), (KEY, "passkey", "another")],
)
def test_it_is_bound_to_our_secret_its_purpose_and_its_browser(key, purpose, browser):
    assert not ours(key, purpose, browser, AT, QUESTION)


def test_purpose_and_browser_cannot_run_into_each_other():
    moved = ask(KEY, "passkeyb", "rowser", AT, "chance")
    assert not ours(KEY, "passkey", "browser", AT, moved)


def test_no_bit_of_it_can_be_changed():
    data = read(QUESTION)
    assert len(data) == NONCE + 8 + 32
    for place in range(len(data)):
        changed = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
        assert not ours(KEY, "passkey", "browser", AT, written(changed))


@pytest.mark.parametrize("text", ["", "a", "AAAA", "ä", QUESTION[:-2], QUESTION + "AAAA"])
def test_what_is_no_question_is_not_recognised(text):
    assert not ours(KEY, "passkey", "browser", AT, text)


def test_each_question_differs():
    assert ask(KEY, "passkey", "browser", AT, "other") != QUESTION


def test_the_place_of_the_clock_does_not_matter():
    east = AT.astimezone(datetime.strptime("+0500", "%z").tzinfo)
    assert ask(KEY, "passkey", "browser", east, "chance") == QUESTION


@given(st.binary())
def test_what_is_written_is_read_again(data):
    assert read(written(data)) == data
    assert "=" not in written(data)


def test_secrets_that_follow_differ_by_purpose_text_and_key():
    found = {
        derived(KEY, "form", "a"),
        derived(KEY, "form", "b"),
        derived(KEY, "nonce", "a"),
        derived(b"", "form", "a"),
    }
    assert len(found) == 4
    assert all(len(one) == 43 for one in found)
    assert derived(KEY, "form", "a") == derived(KEY, "form", "a")


def test_equal_secrets_are_the_same_and_others_are_not():
    assert same("ä", "ä")
    assert not same("a", "b")
    assert not same("", "b")


def test_a_question_is_taken_once_and_only_while_it_counts():
    clock = HandClock(AT)
    store = MemoryStore(clock, CountingIds())
    with store.begin() as tx, pytest.raises(NotAllowed):
        use(tx, tx.now(), KEY, "passkey", "another", QUESTION)
    with store.begin() as tx:
        use(tx, tx.now(), KEY, "passkey", "browser", QUESTION)
        assert [one.ends for one in tx.fleeting_of("staff")] == [AT + LASTS]
    with store.begin() as tx, pytest.raises(NotAllowed) as again:
        use(tx, tx.now(), KEY, "passkey", "browser", QUESTION)
    assert "before" in again.value.message
    clock.pass_(LASTS.total_seconds())
    with store.begin() as tx, pytest.raises(NotAllowed) as late:
        use(tx, tx.now(), KEY, "passkey", "browser", QUESTION)
    assert "too long" in late.value.message
