"""The one pure function: everything else brings it findings or carries out its answer."""

from __future__ import annotations

from datetime import date

from consentry.core.decision import Decision, Fact, Reason
from consentry.core.finding import Findings, Seen, Unavailable
from consentry.core.law import Ground
from consentry.core.policy import AtLeast, Harm, Outcome, Policy, Rule, Truth, leaves, truth

UNJUDGED = Reason(
    rule="core.no-rules",
    outcome=Outcome.HOLD,
    duties=frozenset(),
    certain=False,
    says="No rule was asked, so nobody has judged this.",
    harm=Harm.UNREADABLE,
    cite="Terms of use: nothing passes unjudged",
    url="",
    jurisdiction="floor",
    ground=Ground.TERMS,
    facts=(),
)
"""Why an empty policy stops everything: no answer is never a yes."""


def decide(policy: Policy, findings: Findings, day: date) -> Decision:
    """Apply every rule that cannot be ruled out; the gravest outcome wins and all duties stand.

    Rules whose provision is not yet in force on `day` are run in shadow and bind nobody;
    rules whose provision has ended are not run at all. A policy without rules holds everything.
    """
    if not policy.rules:
        return Decision(policy.version, policy.stage, day, UNJUDGED.outcome, UNJUDGED.duties, (UNJUDGED,))
    held = [(rule, truth(rule.when, findings)) for rule in policy.rules]
    return _decision(policy, [pair for pair in held if pair[1] is not Truth.FALSE], findings, day)


def foregone(policy: Policy, findings: Findings, day: date) -> Decision | None:
    """The refusal that is certain whatever else may still be seen; None if there is none.

    What is true of some findings stays true of more, so a rule that is certain now is certain
    then, and nothing is graver than a refusal. Only such rules are its reasons.
    """
    certain = [(rule, Truth.TRUE) for rule in policy.rules if truth(rule.when, findings) is Truth.TRUE]
    decision = _decision(policy, certain, findings, day)
    return decision if decision.outcome is Outcome.REFUSE else None


def _decision(policy: Policy, held: list[tuple[Rule, Truth]], findings: Findings, day: date) -> Decision:
    binding = [pair for pair in held if pair[0].provision.in_force(day)]
    coming = [pair for pair in held if _comes_later(pair[0], day)]
    return Decision(
        policy=policy.version,
        stage=policy.stage,
        day=day,
        outcome=max((rule.outcome for rule, _ in binding), default=Outcome.ALLOW),
        duties=frozenset(duty for rule, _ in binding for duty in rule.duties),
        reasons=_reasons(binding, findings),
        shadow=_reasons(coming, findings),
    )


def _comes_later(rule: Rule, day: date) -> bool:
    since = rule.provision.since
    return since is None or day < since


def _reasons(held: list[tuple[Rule, Truth]], findings: Findings) -> tuple[Reason, ...]:
    """One reason a rule: gravest first, then certain before uncertain, then by name."""
    reasons = [_reason(rule, value, findings) for rule, value in held]
    return tuple(sorted(reasons, key=lambda r: (-r.outcome, not r.certain, r.rule)))


def _reason(rule: Rule, value: Truth, findings: Findings) -> Reason:
    return Reason(
        rule=rule.id,
        outcome=rule.outcome,
        duties=rule.duties,
        certain=value is Truth.TRUE,
        says=rule.says,
        harm=rule.harm,
        cite=rule.provision.cite,
        url=rule.provision.url,
        jurisdiction=rule.provision.jurisdiction,
        ground=rule.provision.ground,
        facts=tuple(_fact(leaf, findings) for leaf in leaves(rule.when)),
    )


def _fact(leaf: AtLeast, findings: Findings) -> Fact:
    match findings.get(leaf.measure):
        case Seen(score=score, evidence=evidence, version=version):
            return Fact(leaf.measure, leaf.threshold, score, evidence, version)
        case Unavailable(why=why):
            return Fact(leaf.measure, leaf.threshold, None, why, "")
        case None:
            return Fact(leaf.measure, leaf.threshold, None, "nobody looked", "")
