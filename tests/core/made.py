"""Made-up rules, findings and decisions: a few plain ones, and recipes for any number of odd ones."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.decision import Decision, Fact, Reason
from consentry.core.finding import Seen, Unavailable
from consentry.core.law import Duty, Ground, Provision
from consentry.core.policy import AllOf, AnyOf, AtLeast, Harm, NoneOf, Outcome, Policy, Rule

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FOREVER = Provision("floor.x", "Floor 1", "floor", "https://law.example/1", date.min)
ANYTHING = AllOf(())
NOTHING = AnyOf(())


def rule(name="r", when=ANYTHING, outcome=Outcome.REFUSE, provision=FOREVER, **fields):
    """A rule that always applies, unless told otherwise."""
    given = {"harm": Harm.INTIMATE_SHARED, "says": "It shows somebody who did not agree."} | fields
    return Rule(name, Stage.UPLOAD, when, outcome, provision, **given)


def policy(*rules):
    """A policy of these rules."""
    return Policy("p1", Stage.UPLOAD, tuple(rules))


def reason(name="r", outcome=Outcome.REFUSE, **fields):
    """A certain reason under the operator's terms, unless told otherwise."""
    given = {
        "duties": frozenset(),
        "certain": True,
        "says": f"Said by {name}.",
        "harm": Harm.INTIMATE_SHARED,
        "cite": f"Cite of {name}",
        "url": f"https://law.example/{name}",
        "jurisdiction": "terms",
        "ground": Ground.TERMS,
        "facts": (Fact("exposure.explicit", 0.5, 0.97, "evidence", "v1"),),
    }
    return Reason(rule=name, outcome=outcome, **(given | fields))


def decision(*reasons, outcome=None, stage=Stage.UPLOAD, **fields):
    """A decision for these reasons, as grave as the gravest."""
    gravest = max((each.outcome for each in reasons), default=Outcome.ALLOW)
    duties = frozenset(duty for each in reasons for duty in each.duties)
    made = Decision("p1", stage, DAY, outcome or gravest, duties, tuple(reasons))
    return replace(made, **fields)


MEASURES = ("a", "b", "c", "d")

usable = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
nonsense = st.sampled_from([float("nan"), float("inf"), float("-inf"), -0.01, 1.01, -1e300])

BLIND = {
    name: st.builds(Unavailable, st.just(name), st.just("timeout")) | st.builds(Seen, st.just(name), nonsense)
    for name in MEASURES
}
"""For each measure any way of not having looked, short of saying nothing."""

SIGHTED = {name: st.builds(Seen, st.just(name), usable) for name in MEASURES}
"""For each measure anything that can be seen."""

findings = st.fixed_dictionaries({}, optional={name: SIGHTED[name] | BLIND[name] for name in MEASURES})
"""Findings on some of the measures, each seen or not."""

_losses = st.fixed_dictionaries({}, optional={name: st.none() | BLIND[name] for name in MEASURES})


def blinded(found):
    """The same findings, where some were lost, failed, or made into nonsense."""
    return _losses.map(lambda lost: {n: f for n, f in (found | lost).items() if f is not None})


def _joined(parts):
    several = st.lists(parts, max_size=3).map(tuple)
    return st.builds(AllOf, several) | st.builds(AnyOf, several) | st.builds(NoneOf, several)


comparisons = st.builds(AtLeast, st.sampled_from(MEASURES), st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0]))
conditions = st.recursive(comparisons, _joined, max_leaves=6)

days = st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n))
provisions = st.builds(
    replace,
    st.just(FOREVER),
    cite=st.sampled_from(["Act 1", "Act 2"]),
    jurisdiction=st.sampled_from(["gb", "eu", "floor"]),
    since=st.none() | days,
    until=st.none() | days,
)
harms, outcomes = st.sampled_from(Harm), st.sampled_from(Outcome)
duties = st.frozensets(st.sampled_from(Duty), max_size=2)
rules = st.builds(
    rule,
    when=conditions,
    outcome=outcomes,
    provision=st.just(FOREVER) | provisions,
    harm=harms,
    duties=duties,
)


def _named(made):
    return policy(*(replace(each, id=f"r{number}") for number, each in enumerate(made)))


policies = st.lists(rules, min_size=1, max_size=4).map(_named)
"""Any policy that has rules, each with a name of its own."""

reasons = st.builds(
    reason,
    outcome=outcomes,
    certain=st.booleans(),
    harm=harms,
    jurisdiction=st.sampled_from(["eu", "gb", "nl", "terms"]),
    ground=st.sampled_from(Ground),
    duties=duties,
)
restrictions = st.builds(
    lambda first, others, stage: decision(first, *others, stage=stage),
    reasons.filter(lambda each: each.outcome is not Outcome.ALLOW),
    st.lists(reasons, max_size=3),
    st.sampled_from([Stage.UPLOAD, Stage.REPORT]),
)
"""Any decision that restricts what somebody hosts."""
