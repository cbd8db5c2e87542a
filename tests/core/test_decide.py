from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.decide import UNJUDGED, decide, foregone
from consentry.core.decision import Fact
from consentry.core.finding import Seen, Unavailable
from consentry.core.law import Duty
from consentry.core.policy import AllOf, AnyOf, AtLeast, Outcome
from core.made import (
    DAY,
    FOREVER,
    NOTHING,
    blinded,
    days,
    findings,
    nonsense,
    policies,
    policy,
    rule,
    rules,
)

ONE = timedelta(days=1)
LATER = replace(FOREVER, since=DAY + ONE)
UNDATED = replace(FOREVER, since=None)
ENDED = replace(FOREVER, until=DAY)


@given(policies, findings, st.data())
def test_ignorance_is_never_an_advantage(rules_, found, data):
    sighted = decide(rules_, found, DAY)
    blind = decide(rules_, data.draw(blinded(found)), DAY)
    assert blind.outcome >= sighted.outcome
    assert blind.duties >= sighted.duties
    assert {each.rule for each in blind.reasons} >= {each.rule for each in sighted.reasons}
    assert {r.rule for r in blind.reasons if r.certain} <= {r.rule for r in sighted.reasons if r.certain}


@given(policies, findings, nonsense)
def test_a_score_that_is_none_is_never_an_advantage(rules_, found, score):
    lying = {name: Seen(name, score) for name in found}
    assert decide(rules_, lying, DAY).outcome >= decide(rules_, found, DAY).outcome
    assert decide(rules_, lying, DAY).outcome is decide(rules_, {}, DAY).outcome


@given(policies, findings, days, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter(rules_, found, day, random):
    shuffled = list(rules_.rules)
    random.shuffle(shuffled)
    assert decide(replace(rules_, rules=tuple(shuffled)), found, day) == decide(rules_, found, day)


@given(policies, findings, days)
def test_every_restriction_has_a_reason_and_every_reason_a_citation(rules_, found, day):
    decision = decide(rules_, found, day)
    gravest = max((each.outcome for each in decision.reasons), default=Outcome.ALLOW)
    assert decision.outcome is gravest
    assert decision.duties == {duty for each in decision.reasons for duty in each.duties}
    assert all(each.cite and each.says for each in (*decision.reasons, *decision.shadow))


@given(policies, findings, days)
def test_a_rule_binds_only_while_its_provision_is_in_force(rules_, found, day):
    decision = decide(rules_, found, day)
    dated = {each.id: each.provision for each in rules_.rules}
    assert all(dated[each.rule].in_force(day) for each in decision.reasons)
    for each in decision.shadow:
        since = dated[each.rule].since
        assert since is None or day < since


@given(policies, findings, days)
def test_a_rule_that_is_not_in_force_changes_nothing_but_the_shadow(rules_, found, day):
    before = replace(decide(rules_, found, day), shadow=())
    for dates in ({"since": day + ONE}, {"since": None}, {"until": day}):
        extra = rule("extra", provision=replace(FOREVER, **dates))
        wider = replace(rules_, rules=(*rules_.rules, extra))
        assert replace(decide(wider, found, day), shadow=()) == before


@given(policies, rules, findings, days)
def test_adding_a_rule_only_tightens(rules_, extra, found, day):
    before = decide(rules_, found, day)
    after = decide(replace(rules_, rules=(*rules_.rules, extra)), found, day)
    assert after.outcome >= before.outcome
    assert after.duties >= before.duties


@given(policies, findings, days)
def test_knowing_a_place_only_tightens(rules_, found, day):
    everywhere = [each for each in rules_.rules if each.provision.jurisdiction == "floor"]
    if not everywhere:
        return
    for place in ("gb", "eu"):
        here = [each for each in rules_.rules if each.provision.jurisdiction in {"floor", place}]
        known = decide(replace(rules_, rules=tuple(here)), found, day)
        nowhere = decide(replace(rules_, rules=tuple(everywhere)), found, day)
        assert nowhere.outcome <= known.outcome <= decide(rules_, found, day).outcome


@pytest.mark.parametrize("day", [date.min, DAY, date.max])
def test_a_policy_without_rules_holds_everything(day):
    decision = decide(policy(), {"a": Seen("a", 0.0)}, day)
    assert (decision.outcome, decision.duties, decision.reasons) == (Outcome.HOLD, frozenset(), (UNJUDGED,))
    assert decision.blind
    assert not decision.passes
    assert (decision.policy, decision.stage, decision.day, decision.shadow) == ("p1", "upload", day, ())


def test_what_no_rule_applies_to_is_allowed():
    decision = decide(policy(rule(when=NOTHING)), {}, DAY)
    assert (decision.policy, decision.stage, decision.day) == ("p1", Stage.UPLOAD, DAY)
    assert (decision.outcome, decision.duties, decision.reasons) == (Outcome.ALLOW, frozenset(), ())


def test_a_rule_not_yet_in_force_is_shown_in_the_shadow_and_one_that_ended_is_not():
    dated = policy(
        rule("later", provision=LATER), rule("undated", provision=UNDATED), rule("e", provision=ENDED)
    )
    decision = decide(dated, {}, DAY)
    assert decision.outcome is Outcome.ALLOW
    assert [each.rule for each in decision.shadow] == ["later", "undated"]


def test_a_rule_comes_out_of_the_shadow_on_its_first_day():
    starts = policy(rule(provision=replace(FOREVER, since=DAY)))
    assert decide(starts, {}, DAY - ONE).passes
    assert not decide(starts, {}, DAY).passes
    assert decide(starts, {}, DAY).shadow == ()


def test_duties_stand_beside_a_graver_outcome_of_another_rule():
    mild = rule("mild", outcome=Outcome.ALLOW, duties=frozenset({Duty.PRESERVE}))
    grave = rule("grave", outcome=Outcome.REFUSE, duties=frozenset({Duty.STRIKE}))
    decision = decide(policy(mild, grave), {}, DAY)
    assert (decision.outcome, decision.duties) == (Outcome.REFUSE, {Duty.PRESERVE, Duty.STRIKE})


def test_reasons_stand_gravest_first_then_certain_then_by_name():
    unsure = AtLeast("missing", 0.5)
    decision = decide(
        policy(
            rule("d", outcome=Outcome.HOLD),
            rule("c", unsure, outcome=Outcome.REFUSE),
            rule("b", outcome=Outcome.REFUSE),
            rule("a", outcome=Outcome.REFUSE),
        ),
        {},
        DAY,
    )
    assert [each.rule for each in decision.reasons] == ["a", "b", "c", "d"]
    assert [each.certain for each in decision.reasons] == [True, True, False, True]


def test_a_reason_says_everything_its_rule_and_provision_say():
    given_rule = rule("r", AtLeast("a", 0.5), duties=frozenset({Duty.PRESERVE}))
    (found,) = decide(policy(given_rule), {"a": Seen("a", 0.9)}, DAY).reasons
    assert (found.rule, found.outcome, found.duties) == ("r", given_rule.outcome, given_rule.duties)
    assert (found.certain, found.says, found.harm) == (True, given_rule.says, given_rule.harm)
    assert (found.cite, found.url) == (FOREVER.cite, FOREVER.url)
    assert (found.jurisdiction, found.ground) == (FOREVER.jurisdiction, FOREVER.ground)


def test_the_facts_of_a_reason_say_what_was_seen_and_what_nobody_saw():
    when = AllOf((AtLeast("seen", 0.5), AnyOf((AtLeast("failed", 0.6), AtLeast("missing", 0.7)))))
    found = {"seen": Seen("seen", 0.9, "a face", "v2"), "failed": Unavailable("failed", "timeout")}
    (reason,) = decide(policy(rule(when=when)), found, DAY).reasons
    assert reason.facts == (
        Fact("seen", 0.5, 0.9, "a face", "v2"),
        Fact("failed", 0.6, None, "timeout", ""),
        Fact("missing", 0.7, None, "nobody looked", ""),
    )


@given(policies, findings, days, st.data())
def test_what_is_foregone_is_refused_whatever_else_is_seen(rules_, found, day, data):
    """Some findings were not there yet: what they turn out to be changes nothing about it."""
    early = foregone(rules_, data.draw(blinded(found)), day)
    if early is None:
        return
    late = decide(rules_, found, day)
    assert late.outcome is early.outcome is Outcome.REFUSE
    assert {reason.rule for reason in early.reasons} <= {r.rule for r in late.reasons if r.certain}


@given(policies, findings, days)
def test_a_refusal_is_foregone_exactly_where_a_certain_reason_asks_for_it(rules_, found, day):
    decision, early = decide(rules_, found, day), foregone(rules_, found, day)
    certain = tuple(reason for reason in decision.reasons if reason.certain)
    refusing = any(reason.outcome is Outcome.REFUSE for reason in certain)
    assert (early is not None) == (refusing and bool(rules_.rules))
    if early is not None:
        assert early.reasons == (certain if rules_.rules else ())
        assert early.duties == frozenset(duty for reason in certain for duty in reason.duties)
        assert early.shadow == tuple(reason for reason in decision.shadow if reason.certain)
        assert (early.policy, early.stage, early.day) == (decision.policy, decision.stage, day)


def test_nothing_is_foregone_without_rules_or_for_less_than_a_refusal():
    assert foregone(policy(), {}, DAY) is None
    held = policy(rule("held", AllOf(()), outcome=Outcome.HOLD))
    assert foregone(held, {}, DAY) is None


def test_nothing_is_foregone_because_somebody_could_not_look():
    unsure = policy(rule("unsure", AtLeast("m", 0.5), outcome=Outcome.REFUSE))
    assert decide(unsure, {}, DAY).outcome is Outcome.REFUSE
    assert foregone(unsure, {"m": Unavailable("m", "timeout")}, DAY) is None
    assert foregone(unsure, {"m": Seen("m", 0.5)}, DAY).outcome is Outcome.REFUSE
