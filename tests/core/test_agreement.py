"""Agreement beyond chance, a sample that nobody can choose, and the middle of some numbers."""

import pytest

from consentry.core.agreement import FEWEST, Agreement, agreement, drawn, median


def pairs(both, first, second, neither):
    return [("u", "u")] * both + [("u", "r")] * first + [("r", "u")] * second + [("r", "r")] * neither


@pytest.mark.parametrize(
    ("table", "same", "kappa"),
    [
        ((20, 5, 10, 15), 0.7, 0.4),  # Cohen's kappa in the usual textbook table
        ((45, 15, 25, 15), 0.6, 0.1304),
        ((25, 35, 5, 35), 0.6, 0.2593),
        ((5, 0, 0, 5), 1.0, 1.0),
        ((0, 5, 5, 0), 0.0, -1.0),
        ((1, 1, 1, 1), 0.5, 0.0),
    ],
)
def test_kappa_is_what_is_left_of_agreement_without_chance(table, same, kappa):
    found = agreement(pairs(*table))
    assert found.pairs == sum(table)
    assert found.same == pytest.approx(same)
    assert found.kappa == pytest.approx(kappa, abs=5e-5)


def test_where_nobody_ever_chose_otherwise_nothing_can_be_told():
    assert agreement([]) == Agreement(0, 0.0, None)
    assert agreement([("u", "u")] * 3) == Agreement(3, 1.0, None)


def test_a_few_pairs_say_nothing():
    assert agreement([("u", "r")] * FEWEST).enough
    assert not agreement([("u", "r")] * (FEWEST - 1)).enough


def test_a_sample_has_its_share_and_always_the_same_members():
    names = [f"res_{number}" for number in range(2000)]
    chosen = [name for name in names if drawn(name, 0.1)]
    assert 140 < len(chosen) < 260
    assert chosen == [name for name in names if drawn(name, 0.1)]
    assert not any(drawn(name, 0.0) for name in names)
    assert all(drawn(name, 1.0) for name in names)
    assert set(chosen) <= {name for name in names if drawn(name, 0.2)}


@pytest.mark.parametrize(("values", "middle"), [((), 0), ((3,), 3), ((9, 1, 5), 5), ((1, 2, 3, 4), 2)])
def test_the_middle_is_a_value_that_is_there(values, middle):
    assert median(values) == middle
