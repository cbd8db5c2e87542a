from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import BadInput
from consentry.core.incident import Incident, Source
from core.made import NOON

SEEN = Incident("inc_1", Source.REPORT, "images.edits", "dec_1", NOON)
HOUR = timedelta(hours=1)


def test_the_time_to_fix_runs_from_first_seen_to_stopped():
    assert SEEN.time_to_fix is None
    assert replace(SEEN, mitigated=NOON + HOUR).time_to_fix == HOUR
    assert replace(SEEN, mitigated=NOON).time_to_fix == timedelta(0)


def test_it_is_settled_when_it_is_stopped_and_has_its_test():
    assert not SEEN.settled
    assert not replace(SEEN, mitigated=NOON).settled
    assert not replace(SEEN, tested=NOON).settled
    assert replace(SEEN, mitigated=NOON, tested=NOON).settled


def test_nothing_is_stopped_before_it_was_seen():
    with pytest.raises(BadInput) as caught:
        replace(SEEN, mitigated=NOON - timedelta(microseconds=1))
    assert caught.value.param == "seen"


@pytest.mark.parametrize("source", ["report", "appeal", "canary", "red-team"])
def test_we_learn_of_it_in_one_of_four_ways(source):
    assert Source(source).value == source
