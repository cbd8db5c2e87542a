"""The newest hashes are there as soon as they are counted."""

import numpy as np

from consentry.matching.delta import Delta
from consentry.matching.plan import shuffled
from matching import sets


def test_it_holds_what_was_added_and_not_what_was_buried():
    delta = Delta(5, None)
    delta.add(shuffled(sets.random(3)), np.array([4, 4, 9], np.uint64))
    seen = delta.rows()
    delta.add(shuffled(sets.random(1, 7)), np.array([4], np.uint64))
    assert (delta.free(), len(delta), len(seen.ids)) == (1, 4, 3)
    delta.bury(np.array([4], np.uint64))
    assert delta.living()[1].tolist() == [9]
    delta.bury(np.array([1, 9], np.uint64))
    assert len(delta) == 0
