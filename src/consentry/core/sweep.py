"""Whatever is kept for a while is kept together with the order to forget it.

Both are written at once, so that nothing can stay because somebody forgot to tidy up. The order is
a job like any other: it survives a crash, and whoever finds it due carries it out.
"""

from __future__ import annotations

from consentry.core.fleeting import SWEEP, Fleeting
from consentry.core.ports import Job, Transaction


def keep_for_a_while(tx: Transaction, one: Fleeting) -> None:
    """Keep `one` until it ends, and order the sweep that takes it away: one order for many."""
    tx.put_fleeting(one)
    tx.enqueue(Job(SWEEP, {}, f"{SWEEP}:{int(one.swept.timestamp())}", one.swept))
