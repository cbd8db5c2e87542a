"""What the scenarios of a law book still leave unproved.

A rule is proved by a scenario in which it applies and one in which it does not; a date is
proved by a scenario on its last day before and its first day after. Whatever is missing is
named, so that nobody has to trust a date that no example has crossed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from consentry.core.law import LegalClock, Provision
from consentry.core.lawbook import Lawbook
from consentry.core.policy import ALWAYS, Rule
from consentry.core.scenario import Judged, Scenario, Timed

DAY = timedelta(days=1)
"""From the last day before to the first day after."""


def gaps(book: Lawbook) -> tuple[str, ...]:
    """Every rule, clock and date that no scenario proves, in words; empty if all are proved."""
    judged = [scenario for scenario in book.scenarios if isinstance(scenario, Judged)]
    timed = [scenario for scenario in book.scenarios if isinstance(scenario, Timed)]
    rules = (gap for rule in book.rules for gap in _rule(rule, judged))
    clocks = (gap for clock in book.clocks for gap in _clock(clock, timed))
    return (*rules, *clocks)


def _rule(rule: Rule, scenarios: list[Judged]) -> Iterator[str]:
    mine = [scenario for scenario in scenarios if _concerns(rule, scenario)]
    bound = [scenario for scenario in mine if rule.id in scenario.applies]
    coming = [scenario for scenario in mine if rule.id in scenario.shadow]
    quiet = [scenario for scenario in mine if _quiet(rule, scenario)]
    if rule.provision.since is None:
        if not coming:
            yield f"{rule.id}: no scenario shows it in shadow"
        return
    if not bound:
        yield f"{rule.id}: no scenario in which it applies"
    if not quiet and rule.when != ALWAYS:
        yield f"{rule.id}: no scenario in which it is in force and does not apply"
    yield from _dates(rule.id, rule.provision, before=coming, after=bound, ended=mine)


def _clock(clock: LegalClock, scenarios: list[Timed]) -> Iterator[str]:
    mine = [each for each in scenarios if each.place == _place(clock) and each.trigger is clock.trigger]
    running = [scenario for scenario in mine if clock.id in scenario.clocks]
    still = [scenario for scenario in mine if clock.id not in scenario.clocks]
    if not mine:
        yield f"{clock.id}: no scenario for its trigger"
    yield from _dates(clock.id, clock.provision, before=still, after=running, ended=still)


def _dates(
    name: str,
    provision: Provision,
    *,
    before: list[Judged] | list[Timed],
    after: list[Judged] | list[Timed],
    ended: list[Judged] | list[Timed],
) -> Iterator[str]:
    """The days on which no scenario stands, of those on which something changes."""
    since, until = provision.since, provision.until
    if since is not None and since > date.min:
        yield from _missing(name, since - DAY, before)
        yield from _missing(name, since, after)
    if until is not None:
        yield from _missing(name, until - DAY, after)
        yield from _missing(name, until, ended)


def _missing(name: str, day: date, scenarios: list[Judged] | list[Timed]) -> Iterator[str]:
    days = {scenario.day for scenario in scenarios}
    if day not in days:
        yield f"{name}: no scenario on {day}"


def _concerns(rule: Rule, scenario: Judged) -> bool:
    return scenario.stage is rule.stage and rule.id.startswith(f"{scenario.place}.")


def _quiet(rule: Rule, scenario: Judged) -> bool:
    """Whether the rule is in force there and does not apply."""
    return rule.provision.in_force(scenario.day) and rule.id not in scenario.applies


def _place(clock: LegalClock) -> str:
    return clock.id.split(".")[0]


def broken(book: Lawbook) -> tuple[tuple[Scenario, tuple[str, ...]], ...]:
    """Every scenario whose promises the book does not keep, and what it does instead."""
    found = ((scenario, book.failures(scenario)) for scenario in book.scenarios)
    return tuple((scenario, failures) for scenario, failures in found if failures)
