"""How far two people agree who looked at the same cases without knowing of each other.

Cohen's kappa (1960) takes out what would agree by chance: 1 is always, 0 is as often as by chance.
It is about the rules and the training. It is never worked out for one person.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FEWEST: Final = 20
"""Fewest pairs from which kappa says anything."""

_FIRST_EIGHT: Final = 8


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far pairs of choices agree."""

    pairs: int
    """How many there are."""
    same: float
    """The share that is the same; 0 if there are none."""
    kappa: float | None
    """Cohen's kappa; None if it cannot be told: no pairs, or everybody always chose one thing."""

    @property
    def enough(self) -> bool:
        """Whether there are enough pairs to say anything."""
        return self.pairs >= FEWEST


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """How far the two choices of each pair agree."""
    many = len(pairs)
    if not many:
        return Agreement(0, 0.0, None)
    same = sum(first == second for first, second in pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(firsts[choice] * seconds[choice] for choice in firsts)
    # In whole numbers, so that always the same is told apart from nearly so.
    if chance == many * many:
        return Agreement(many, same / many, None)
    return Agreement(many, same / many, (same * many - chance) / (many * many - chance))


def drawn(name: str, share: float) -> bool:
    """Whether the thing with this random name is in a sample of this share: always the same answer."""
    digest = hashlib.sha256(name.encode()).digest()[:_FIRST_EIGHT]
    most = int(share * 2.0 ** (8 * _FIRST_EIGHT))
    return int.from_bytes(digest, "big") < most


def median(values: Sequence[int]) -> int:
    """The middle of `values`, the lower one of two; 0 if there are none."""
    return sorted(values)[(len(values) - 1) // 2] if values else 0
