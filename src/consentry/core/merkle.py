"""The tree over the log: one short number vouches for every line, and short proofs show that none changed.

Source: RFC 9162 section 2.1 (the tree of RFC 6962). The tree is made of complete subtrees.
Node `(level, index)` is the hash over the `2**level` leaves from `index * 2**level`; once
complete it never changes, so a store keeps rows `(level, index, hash)` and adds to them.
Rule of this file: the makers of proofs look nodes up, the verifiers trust nobody and share
with the makers only the two hash functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from consentry.core.errors import BadInput

Node = Callable[[int, int], bytes]
"""Looks up the stored hash of the complete subtree at `(level, index)`."""

HASH_BYTES = 32
"""Length of every hash in the tree (SHA-256)."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162 section 2.1.1)."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256 over 0x00 and `data`."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256 over 0x01, `left` and `right`."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def appended(index: int, leaf: bytes, node: Node) -> list[tuple[int, int, bytes]]:
    """The rows `(level, index, hash)` to store when the leaf with hash `leaf` becomes leaf `index`.

    These are the leaf itself and every subtree that it completes; `node` is asked for their
    left halves only, which are stored already.
    """
    rows = [(0, index, leaf)]
    level, place, grown = 0, index, leaf
    while place % 2 == 1:
        grown = node_hash(node(level, place - 1), grown)
        level, place = level + 1, place >> 1
        rows.append((level, place, grown))
    return rows


def root(size: int, node: Node) -> bytes:
    """The hash over the first `size` leaves. Raises BadInput if `size` is negative."""
    if size < 0:
        raise BadInput("The log cannot have fewer than no lines.")
    return _span(0, size, node) if size else EMPTY_ROOT


def inclusion(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """The proof, leaf upwards, that leaf `index` is in the tree of `size` leaves (section 2.1.3.1).

    Raises BadInput unless `0 <= index < size`.
    """
    if not 0 <= index < size:
        raise BadInput("The log has no such line at that size.")
    start, stop, proof = 0, size, []
    while stop - start > 1:
        middle = start + _left_part(stop - start)
        if index < middle:
            proof.append(_span(middle, stop, node))
            stop = middle
        else:
            proof.append(_span(start, middle, node))
            start = middle
    return tuple(reversed(proof))


def consistency(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """The proof that the tree of `new` leaves begins with the tree of `old` leaves (section 2.1.4.1).

    Empty if `old` is 0 or equals `new`. Raises BadInput unless `0 <= old <= new`.
    """
    if not 0 <= old <= new:
        raise BadInput("A log only grows: the older size comes first.")
    if old == 0:
        return ()
    start, stop, proof = 0, new, []
    while stop != old:
        middle = start + _left_part(stop - start)
        if old <= middle:
            proof.append(_span(middle, stop, node))
            stop = middle
        else:
            proof.append(_span(start, middle, node))
            start = middle
    if start:  # else what is left is the whole old tree, whose root the verifier has
        proof.append(_span(start, stop, node))
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf with hash `leaf` at `index` under `root` (section 2.1.3.2)."""
    if not 0 <= index < size or not _all_hashes([leaf, root, *proof]):
        return False
    place, last, grown = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            grown = node_hash(sibling, grown)
            place, last = _up_to_right_child(place, last)
        else:
            grown = node_hash(grown, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and grown == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree under `new_root` begins with that under `old_root`.

    RFC 9162 section 2.1.4.2. The empty tree begins every tree, and needs no proof.
    """
    if not 0 <= old <= new or not _all_hashes([old_root, new_root, *proof]):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    whole = old & (old - 1) == 0  # a complete subtree: its hash is `old_root` itself
    first, *siblings = [old_root, *proof] if whole else proof
    place, last = old - 1, new - 1
    while place % 2 == 1:
        place, last = place >> 1, last >> 1
    grown_old = grown_new = first
    for sibling in siblings:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            grown_old = node_hash(sibling, grown_old)
            grown_new = node_hash(sibling, grown_new)
            place, last = _up_to_right_child(place, last)
        else:
            grown_new = node_hash(grown_new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and grown_old == old_root and grown_new == new_root


def _up_to_right_child(place: int, last: int) -> tuple[int, int]:
    """Skip the levels at which a subtree on the right edge has no sibling; `place` is never 0 here."""
    while place % 2 == 0:
        place, last = place >> 1, last >> 1
    return place, last


def _all_hashes(hashes: Sequence[bytes]) -> bool:
    """Hashes of other lengths could be cut differently and still join to the same bytes."""
    return all(len(one) == HASH_BYTES for one in hashes)


def _left_part(size: int) -> int:
    """The largest power of two smaller than `size` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _span(start: int, stop: int, node: Node) -> bytes:
    """The hash over leaves `start` to `stop`, where `start` is a border of complete subtrees."""
    size = stop - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _left_part(size)
    return node_hash(_span(start, middle, node), _span(middle, stop, node))
