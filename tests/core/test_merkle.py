import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import BadInput
from consentry.core.merkle import (
    EMPTY_ROOT,
    appended,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

SIZE = 40
LEAVES = [leaf_hash(str(n).encode()) for n in range(SIZE)]


def grown(leaves):
    """A store of rows, one leaf after the other, as a database would keep them."""
    rows = {}

    def node(level, place):
        return rows[level, place]

    for index, leaf in enumerate(leaves):
        for level, place, value in appended(index, leaf, node):
            assert (level, place) not in rows, "a stored hash never changes"
            rows[level, place] = value
    return node


NODE = grown(LEAVES)
ROOTS = [root(size, NODE) for size in range(SIZE + 1)]


def split(count):
    """The largest power of two below `count`, as RFC 9162 section 2.1.1 says it."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def tree(leaves):
    """The tree hash, word for word as RFC 9162 section 2.1.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path(m, leaves):
    """The inclusion proof, word for word as section 2.1.3.1 defines it."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree(leaves[:k])]


def subproof(m, leaves, *, whole):
    """The consistency proof, word for word as section 2.1.4.1 defines it."""
    if m == len(leaves):
        return [] if whole else [tree(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), tree(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), tree(leaves[:k])]


sizes = st.integers(1, SIZE)
pairs = st.tuples(sizes, sizes).map(sorted)
places = sizes.flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


def flipped(value, bit):
    """`value` with one bit turned."""
    return (int.from_bytes(value) ^ 1 << bit).to_bytes(len(value))


def test_the_tree_is_that_of_rfc_6962_down_to_the_published_hashes():
    data = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    node = grown([leaf_hash(bytes.fromhex(each)) for each in data])
    assert [root(size, node).hex() for size in range(9)] == [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]


@pytest.mark.parametrize("size", range(SIZE + 1))
def test_roots_and_proofs_are_those_the_standard_defines(size):
    assert ROOTS[size] == tree(LEAVES[:size])
    for index in range(size):
        assert list(inclusion(index, size, NODE)) == path(index, LEAVES[:size])
    for old in range(1, size + 1):
        assert list(consistency(old, size, NODE)) == subproof(old, LEAVES[:size], whole=True)


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_every_proof_convinces_the_verifiers(size):
    for index in range(size):
        proof = inclusion(index, size, NODE)
        assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    for old in range(size + 1):
        assert verify_consistency(old, size, ROOTS[old], ROOTS[size], consistency(old, size, NODE))


@given(places, st.integers(0, 255), st.data())
def test_a_forged_inclusion_proof_convinces_nobody(place, bit, data):
    index, size = place
    proof, leaf, top = inclusion(index, size, NODE), LEAVES[index], ROOTS[size]
    assert not verify_inclusion(flipped(leaf, bit), index, size, proof, top)
    assert not verify_inclusion(leaf, index, size, proof, flipped(top, bit))
    other = data.draw(st.integers(-1, size).filter(lambda n: n != index))
    assert not verify_inclusion(leaf, other, size, proof, top)
    assert not verify_inclusion(leaf, index, size, (*proof, leaf), top)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong = (*proof[:at], flipped(proof[at], bit), *proof[at + 1 :])
        assert not verify_inclusion(leaf, index, size, wrong, top)
        assert not verify_inclusion(leaf, index, size, (*proof[:at], *proof[at + 1 :]), top)


@given(pairs, st.integers(0, 255), st.data())
def test_a_forged_consistency_proof_convinces_nobody(pair, bit, data):
    old, new = pair
    proof, before, after = consistency(old, new, NODE), ROOTS[old], ROOTS[new]
    assert not verify_consistency(old, new, flipped(before, bit), after, proof)
    assert not verify_consistency(old, new, before, flipped(after, bit), proof)
    assert not verify_consistency(old, new, before, after, (*proof, before))
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong = (*proof[:at], flipped(proof[at], bit), *proof[at + 1 :])
        assert not verify_consistency(old, new, before, after, wrong)
        assert not verify_consistency(old, new, before, after, (*proof[:at], *proof[at + 1 :]))


@given(sizes, st.data())
def test_a_rewritten_past_has_no_proof(size, data):
    changed = data.draw(st.integers(0, size - 1))
    rewritten = [*LEAVES[:changed], leaf_hash(b"rewritten"), *LEAVES[changed + 1 :]]
    node = grown(rewritten)
    proof = consistency(size, SIZE, node)
    assert not verify_consistency(size, SIZE, ROOTS[size], root(SIZE, node), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (0, 0), (1, 1), (0, -1), (SIZE, SIZE)])
def test_a_line_that_does_not_exist_has_no_proof(index, size):
    with pytest.raises(BadInput, match=r"^The log has no such line at that size\.$"):
        inclusion(index, size, NODE)
    assert not verify_inclusion(LEAVES[0], index, size, (), LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1), (-2, -1)])
def test_a_log_that_shrinks_has_no_proof(old, new):
    with pytest.raises(BadInput, match=r"^A log only grows: the older size comes first\.$"):
        consistency(old, new, NODE)
    assert not verify_consistency(old, new, ROOTS[2], ROOTS[1], ())
    assert not verify_consistency(old, new, ROOTS[1], ROOTS[1], ())


def test_no_log_has_fewer_than_no_lines():
    with pytest.raises(BadInput, match=r"^The log cannot have fewer than no lines\.$"):
        root(-1, NODE)


def test_the_empty_log_begins_every_log_and_no_other_does_without_proof():
    assert ROOTS[0] == EMPTY_ROOT
    assert consistency(0, 5, NODE) == ()
    assert verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], ())
    assert not verify_consistency(0, 5, ROOTS[1], ROOTS[5], ())
    assert not verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], (ROOTS[5],))
    assert not verify_consistency(4, 5, ROOTS[4], ROOTS[5], ())
    assert not verify_consistency(3, 5, ROOTS[3], ROOTS[5], ())


def test_the_same_size_needs_the_same_root_and_no_proof():
    assert verify_consistency(5, 5, ROOTS[5], ROOTS[5], ())
    assert not verify_consistency(5, 5, ROOTS[5], ROOTS[6], ())
    assert not verify_consistency(5, 5, ROOTS[5], ROOTS[5], (ROOTS[5],))
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())


def test_hashes_cut_at_another_place_convince_nobody():
    left, right = LEAVES[:2]
    assert verify_inclusion(left, 0, 2, (right,), ROOTS[2])
    assert not verify_inclusion(left[:31], 0, 2, (left[31:] + right,), ROOTS[2])
    assert not verify_inclusion(left + right[:1], 0, 2, (right[1:],), ROOTS[2])
    short = ROOTS[1][:31]
    assert not verify_consistency(1, 1, short, short, ())
    assert not verify_consistency(1, 2, left[:31], ROOTS[2], (left[31:] + right,))


def test_leaves_and_nodes_are_hashed_apart():
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()


@pytest.mark.parametrize("index", range(SIZE))
def test_appending_adds_the_leaf_and_each_subtree_it_completes_and_asks_only_for_left_halves(index):
    asked = []

    def node(level, place):
        asked.append((level, place))
        return NODE(level, place)

    completed = [level for level in range(7) if (index + 1) % 2**level == 0]
    rows = appended(index, LEAVES[index], node)
    assert rows == [(level, index >> level, NODE(level, index >> level)) for level in completed]
    assert asked == [(level, (index >> level) - 1) for level in completed[:-1]]


def test_a_log_of_a_billion_lines_needs_few_looks():
    size, asked = 1_000_000_007, []

    def node(level, place):
        asked.append((level, place))
        return hashlib.sha256(f"{level}/{place}".encode()).digest()

    top = root(size, node)
    assert len(asked) == size.bit_count()
    assert all((place + 1) << level <= size for level, place in asked), "only complete subtrees are asked for"
    proof = inclusion(999, size, node)
    assert verify_inclusion(node(0, 999), 999, size, proof, top) is False, "made-up nodes do not add up"
    assert len(proof) == 30
