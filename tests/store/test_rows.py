"""What goes into the columns comes out the same."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import BadInput
from consentry.core.match import Hashes
from consentry.store import rows
from support.stores import CountingIds, a_case, a_consent, a_copy, a_key, a_known

MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1))  # noqa: DTZ001 - hypothesis wants bounds without a zone


@given(MOMENTS)
def test_a_moment_is_kept_to_the_microsecond(at):
    assert rows.moment(rows.micros(at)) == at


def test_a_moment_of_another_zone_is_the_same_moment():
    at = datetime(2026, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert rows.moment(rows.micros(at)) == at
    assert rows.moment(rows.micros(at)).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        rows.micros(datetime(2026, 5, 1))  # noqa: DTZ001 - the mistake that must be noticed


@pytest.mark.parametrize(
    ("thing", "there", "back"),
    [
        (a_case(), rows.case_row, rows.case_from),
        (a_copy(), rows.copy_row, rows.copy_from),
        (a_known(), rows.known_row, rows.known_from),
        (a_known(hashes=Hashes("ab" * 32, (), 0)), rows.known_row, rows.known_from),
        (a_key(), rows.key_row, rows.key_from),
        (a_consent(), rows.consent_row, rows.consent_from),
    ],
)
def test_what_is_written_down_can_be_read_back(thing, there, back):
    assert back(there(thing)) == thing


def test_a_hash_of_another_length_is_refused():
    with pytest.raises(BadInput):
        rows.known_row(a_known(hashes=Hashes("ab" * 32, (bytes(31), bytes(33)), 90)))


@pytest.mark.parametrize("why", ["UpstreamTrouble", "still_public", "TimeoutError"])
def test_the_name_of_an_error_is_kept(why):
    assert rows.error_class(why) == why


@pytest.mark.parametrize("why", ["", "a@mail.example said no", "GET https://x 500", "x" * 65])
def test_anybodys_words_are_not_kept(why):
    assert rows.error_class(why) == "Trouble"


def test_salts_are_long_and_never_the_same():
    ids = CountingIds()
    salts = {rows.salt_from(ids) for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {32}
