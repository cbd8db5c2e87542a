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


def seen(score):
    """Any measure with a score."""
    return lambda measure: st.builds(Seen, st.just(measure), score)


def blind(measure):
    """Any way of not having looked, short of saying nothing."""
    lying = st.builds(Seen, st.just(measure), nonsense)
    return st.one_of(st.builds(Unavailable, st.just(measure), st.just("timeout")), lying)


@st.composite
def findings(draw):
    """Findings on some of the measures, each seen or not."""
    names = draw(st.sets(st.sampled_from(MEASURES)))
    return {name: draw(st.one_of(seen(usable)(name), blind(name))) for name in sorted(names)}


@st.composite
def blinded(draw, found):
    """The same findings, where some were lost, failed, or made into nonsense."""
    lost = draw(st.sets(st.sampled_from(MEASURES)))
    kept = {name: finding for name, finding in found.items() if name not in lost}
    failed = {name: draw(blind(name)) for name in sorted(lost) if draw(st.booleans())}
    return kept | failed


thresholds = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0])
comparisons = st.builds(AtLeast, st.sampled_from(MEASURES), thresholds)


def _joined(parts):
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, several), st.builds(AnyOf, several), st.builds(NoneOf, several))


conditions = st.recursive(comparisons, _joined, max_leaves=8)

days = st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n))
provisions = st.builds(
    Provision,
    st.just("gb.x"),
    st.sampled_from(["Act 1", "Act 2"]),
    st.sampled_from(["gb", "eu", "floor"]),
    st.just("https://law.example"),
    st.one_of(st.none(), days),
    st.one_of(st.none(), days),
)


@st.composite
def rules(draw, name="r"):
    """Any rule."""
    return Rule(
        id=name,
        stage=Stage.UPLOAD,
        when=draw(conditions),
        outcome=draw(st.sampled_from(Outcome)),
        provision=draw(provisions),
        says="said",
        harm=draw(st.sampled_from(Harm)),
        duties=draw(st.frozensets(st.sampled_from(Duty), max_size=2)),
    )


@st.composite
def policies(draw, least=1):
    """Any policy with at least `least` rules, each with a name of its own."""
    count = draw(st.integers(least, 5))
    return Policy("p1", Stage.UPLOAD, tuple(draw(rules(f"r{n}")) for n in range(count)))
