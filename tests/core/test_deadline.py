from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.deadline import Deadline, binding, deadlines
from consentry.core.law import Confidence, LegalClock, Trigger
from core.made import DAY, FOREVER, NOON

HOUR = timedelta(hours=1)
NEVER = datetime.max.replace(tzinfo=UTC)
ASKED = Trigger.PERSON_REPORT


class SummerTime(tzinfo):
    """A zone whose clocks go forward on 29 March and back on 25 October 2026, at 1:00 UTC."""

    def utcoffset(self, moment):
        summer = "2026-03-29T01" <= moment.replace(tzinfo=None).isoformat() < "2026-10-25T02"
        return HOUR if summer else timedelta(0)

    def dst(self, moment):
        return self.utcoffset(moment)

    def tzname(self, _):
        return "summer"


def clock(name="gb.48h", hours=48, *, place="gb", trigger=ASKED, confidence=Confidence.HIGH, **dates):
    provision = replace(FOREVER, jurisdiction=place, confidence=confidence, **dates)
    return LegalClock(name, provision, trigger, hours)


moments = st.integers(-9_000, 9_000).map(lambda hours: NOON + hours * HOUR)
clocks = st.lists(
    st.builds(
        clock,
        st.sampled_from(["k1", "k2", "k3"]),
        st.integers(0, 200),
        place=st.sampled_from(["gb", "eu", "in"]),
        trigger=st.sampled_from([ASKED, Trigger.ORDER]),
        confidence=st.sampled_from(Confidence),
    ),
    max_size=5,
)
places = st.frozensets(st.sampled_from(["gb", "eu", "in"]), min_size=1)


@given(clocks, places, moments)
def test_the_shortest_clock_that_binds_wins(found, here, received):
    running = deadlines(found, ASKED, here, received)
    hours = [
        each.hours
        for each in found
        if each.trigger is ASKED
        and each.provision.jurisdiction in here
        and each.provision.confidence is not Confidence.LOW
    ]
    assert binding(running, NEVER) == (received + min(hours) * HOUR if hours else NEVER)


@given(clocks, moments)
def test_an_unknown_place_gets_the_strictest_clock(found, received):
    unknown = binding(deadlines(found, ASKED, frozenset(), received), NEVER)
    for here in ({"gb"}, {"eu"}, {"in"}, {"gb", "eu", "in"}):
        assert unknown <= binding(deadlines(found, ASKED, frozenset(here), received), NEVER)


@given(clocks, places, places, moments)
def test_knowing_of_one_more_place_only_tightens(found, here, there, received):
    both = binding(deadlines(found, ASKED, here | there, received), NEVER)
    assert both <= binding(deadlines(found, ASKED, here, received), NEVER)


@given(clocks, moments, st.integers(0, 24))
def test_a_clock_on_weak_sources_never_binds(found, received, hours):
    weak = clock("weak", hours, confidence=Confidence.LOW)
    before = deadlines(found, ASKED, frozenset(), received)
    after = deadlines([*found, weak], ASKED, frozenset(), received)
    assert binding(after, NEVER) == binding(before, NEVER)
    assert [each.clock for each in after if each.clock == "weak" and each.advisory] == ["weak"]


@given(clocks, moments)
def test_deadlines_come_soonest_first(found, received):
    running = deadlines(found, ASKED, frozenset(), received)
    assert list(running) == sorted(running, key=lambda each: (each.due, each.clock))


@given(moments, st.integers(-14, 14))
def test_the_zone_a_time_is_written_in_does_not_matter(received, offset):
    there = received.astimezone(timezone(offset * HOUR))
    dated = [clock("old", 5, until=DAY), clock("new", 7, since=DAY)]
    assert deadlines(dated, ASKED, frozenset(), there) == deadlines(dated, ASKED, frozenset(), received)


@pytest.mark.parametrize("day", ["2026-03-28T12:00", "2026-10-24T12:00"])
def test_forty_eight_hours_are_forty_eight_hours_when_the_clocks_change(day):
    received = datetime.fromisoformat(day).replace(tzinfo=SummerTime())
    (found,) = deadlines([clock()], ASKED, frozenset(), received)
    assert found.due - received.astimezone(UTC) == 48 * HOUR
    assert found.due.tzinfo is UTC


def test_a_weekend_gives_no_extra_hour():
    friday = datetime(2026, 11, 20, 18, tzinfo=UTC)
    (found,) = deadlines([clock()], ASKED, frozenset(), friday)
    assert found.due == datetime(2026, 11, 22, 18, tzinfo=UTC)


def test_the_law_of_the_day_of_receipt_counts():
    starts = clock(since=DAY)
    midnight = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    assert deadlines([starts], ASKED, frozenset(), midnight)
    assert not deadlines([starts], ASKED, frozenset(), midnight - timedelta(seconds=1))


def test_a_deadline_says_which_clock_and_which_law_and_where():
    (found,) = deadlines([clock()], ASKED, frozenset({"gb"}), NOON)
    assert found == Deadline("gb.48h", FOREVER.cite, "gb", NOON + 48 * HOUR, advisory=False)


def test_a_time_without_a_zone_starts_no_clock():
    with pytest.raises(ValueError, match=r"^a time without a zone cannot start a clock$"):
        deadlines([clock()], ASKED, frozenset(), NOON.replace(tzinfo=None))


def test_where_nothing_binds_the_fallback_does():
    assert binding([], NOON) == NOON
    weak = Deadline("weak", "Act", "gb", NOON - HOUR, advisory=True)
    assert binding([weak], NOON) == NOON
    assert binding([replace(weak, advisory=False)], NOON) == NOON - HOUR
