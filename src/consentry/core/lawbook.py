"""The law of every place in one book: asked for a stage and some places, it gives a policy.

Rules of this file: the floor and the terms always count; knowing a place can only add
rules; a place nobody knows counts as every place; and a rule that could never be
answered at its stage stops the start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from consentry.core.content import Stage
from consentry.core.law import Jurisdiction, LegalClock, Provision
from consentry.core.lawfile import Draft, LawFile, measure_table, measured, read_file, trouble, unique
from consentry.core.policy import AllOf, AnyOf, AtLeast, Condition, NoneOf, Policy, Rule
from consentry.core.scenario import Judged, Scenario

FLOOR = "floor"
"""The file nobody can leave out."""

TERMS = "terms"
"""The file with the operator's terms."""

MEASURES = "measures"
"""The file that says which measures there are. It holds no law."""

GATE = frozenset({Stage.ASK, Stage.ANSWER})
"""Stages at which a judge is demanded, so that no rule may be left out for want of one."""

VERSION_DIGITS = 16
"""Hexadecimal digits in the version of a policy: 64 bits tell any two policies apart."""


@dataclass(frozen=True, slots=True)
class Lawbook:
    """Every jurisdiction, every rule, every scenario. It never changes once it is compiled."""

    jurisdictions: tuple[Jurisdiction, ...]
    """The places, the floor and the terms."""
    rules: tuple[Rule, ...]
    """The rules of all of them."""
    scenarios: tuple[Scenario, ...] = ()
    """The examples that prove them."""

    @property
    def places(self) -> frozenset[str]:
        """The codes of the places, without the floor and the terms."""
        return frozenset(place.code for place in self.jurisdictions if not place.always)

    @property
    def clocks(self) -> tuple[LegalClock, ...]:
        """Every legal clock."""
        return tuple(clock for place in self.jurisdictions for clock in place.clocks)

    def reach(self, places: Iterable[str]) -> frozenset[str]:
        """Every code that counts in `places`: with parents, floor and terms.

        No place, or one that nobody knows, reaches everything. Give this to `deadlines`.
        """
        asked = frozenset(place.strip().lower() for place in places) - {""}
        known = _by_name(self.jurisdictions)
        if not asked or asked - known.keys():
            return frozenset(place.code for place in self.jurisdictions)
        found = {place.code for place in self.jurisdictions if place.always}
        for name in asked:
            found.update(_line(known[name], known))
        return frozenset(found)

    def policy(self, stage: Stage, places: frozenset[str]) -> Policy:
        """The rules for `stage` where `places` count: those configured, and the place of the request."""
        return _policy(self, stage, self.reach(places))

    def failures(self, scenario: Scenario) -> tuple[str, ...]:
        """What this book does otherwise than `scenario` promises; empty if it keeps every promise."""
        if not isinstance(scenario, Judged):
            return scenario.failures(self.clocks)
        reach = {place.code for place in self.jurisdictions if place.always}
        if scenario.place not in reach:
            reach.update(self.reach({scenario.place}))
        return scenario.failures(_policy(self, scenario.stage, frozenset(reach)))


def _policy(book: Lawbook, stage: Stage, reach: frozenset[str]) -> Policy:
    rules = tuple(rule for rule in book.rules if rule.stage is stage and rule.provision.jurisdiction in reach)
    return Policy(_digest(rules), stage, rules)


def compile_book(
    files: Mapping[str, Mapping[str, object]], measures: Mapping[str, frozenset[Stage]]
) -> Lawbook:
    """Compile law files, by name and already parsed, for the measures that are wired at each stage.

    A rule that `needs` a judge is left out where nobody measures for it; any other rule whose
    measure is missing stops the start. Raises SetupTrouble that names file and key.
    """
    laws = _read(files)
    stages = _stages(files, measures)
    for law in laws:
        _check(law, stages)
    rules = [draft.rule for law in laws for draft in law.drafts if _wanted(law, draft, measures)]
    scenarios = [scenario for law in laws for scenario in law.scenarios]
    places = tuple(_jurisdiction(law) for law in laws)
    unique("places", (name for place in places for name in (place.code, *sorted(place.covers))))
    return Lawbook(places, tuple(rules), tuple(scenarios))


def _read(files: Mapping[str, Mapping[str, object]]) -> tuple[LawFile, ...]:
    """Every law file, parents before those that build on them. Refuses a book without a floor."""
    if FLOOR not in files:
        raise trouble("floor.toml", "is missing, and nothing starts without a floor")
    laws: dict[str, LawFile] = {}
    waiting = [code for code in sorted(files) if code != MEASURES]
    while waiting:
        ready = [code for code in waiting if _parent(files[code]) in {"", *laws}]
        if not ready:
            raise trouble(f"{waiting[0]}.toml: extends", "names a file that is missing or builds on itself")
        for code in ready:
            parent = laws.get(_parent(files[code]))
            laws[code] = read_file(code, files[code], parent.provisions if parent else {})
        waiting = [code for code in waiting if code not in laws]
    return tuple(laws[code] for code in sorted(laws))


def _parent(data: Mapping[str, object]) -> str:
    return str(data.get("extends", ""))


def _stages(
    files: Mapping[str, Mapping[str, object]], measures: Mapping[str, frozenset[Stage]]
) -> dict[str, frozenset[Stage]]:
    """Where each measure can exist at all, whether or not anybody measures it here."""
    stages = dict(measures)
    for name, possible in declared(files).items():
        stages[name] = possible | measures.get(name, frozenset())
    return stages


def declared(files: Mapping[str, Mapping[str, object]]) -> dict[str, frozenset[Stage]]:
    """Every measure of `measures.toml` and the stages at which it can exist."""
    return {name: stages for name, stages, _ in measure_table(files.get(MEASURES, {}))}


def _check(law: LawFile, stages: Mapping[str, frozenset[Stage]]) -> None:
    """Refuse what could never work: dated floors, rules nobody can answer, scenarios of nothing."""
    where = f"{law.code}.toml: "
    for provision in law.own:
        if law.code == FLOOR and not _eternal(provision):
            raise trouble(f"{where}provision ({provision.id}).since", "must be 0001-01-01 without until")
    for draft in law.drafts:
        rule = draft.rule
        _possible(f"{where}rule ({rule.id}).when", measured(rule), rule.stage, stages)
        if draft.needs and rule.stage in GATE:
            raise trouble(f"{where}rule ({rule.id}).needs", f"is not allowed at {rule.stage}")
    rules = {draft.rule.id for draft in law.drafts}
    clocks = {clock.id for clock in law.clocks}
    for number, scenario in enumerate(law.scenarios, 1):
        _check_scenario(f"{where}scenario {number}", scenario, rules, clocks, stages)


def _check_scenario(
    where: str,
    scenario: Scenario,
    rules: set[str],
    clocks: set[str],
    stages: Mapping[str, frozenset[Stage]],
) -> None:
    if isinstance(scenario, Judged):
        named = frozenset(finding.signal for finding in scenario.findings)
        _possible(f"{where}.findings", named, scenario.stage, stages)
        unknown = (scenario.applies | scenario.shadow) - rules
    else:
        unknown = scenario.clocks - clocks
    if unknown:
        raise trouble(where, f"does not know {', '.join(sorted(unknown))}")


def _possible(
    where: str, names: frozenset[str], stage: Stage, stages: Mapping[str, frozenset[Stage]]
) -> None:
    for name in sorted(names):
        if stage not in stages.get(name, frozenset()):
            raise trouble(where, f"reads {name!r}, which cannot exist at {stage}")


def _eternal(provision: Provision) -> bool:
    return provision.since == date.min and provision.until is None


def _wanted(law: LawFile, draft: Draft, measures: Mapping[str, frozenset[Stage]]) -> bool:
    """Whether the rule is compiled in. Refuses a rule that this operator could never answer."""
    rule = draft.rule
    wired = frozenset(name for name, stages in measures.items() if _at(rule.stage, stages))
    if not all(_wired(need, wired) for need in draft.needs):
        return False
    missing = sorted(measured(rule) - wired)
    if wired and missing:
        where = f"{law.code}.toml: rule ({rule.id}).when"
        raise trouble(where, f"needs a judge that measures {', '.join(missing)} at {rule.stage}")
    return True


def _at(stage: Stage, stages: frozenset[Stage]) -> bool:
    """Whether a measure is there at `stage`; what was seen of a request still stands for its answer."""
    return stage in stages or (stage is Stage.ANSWER and Stage.ASK in stages)


def _wired(need: str, wired: frozenset[str]) -> bool:
    return any(name == need or name.startswith(f"{need}.") for name in wired)


def _jurisdiction(law: LawFile) -> Jurisdiction:
    return Jurisdiction(
        code=law.code,
        name=law.name,
        extends=law.extends,
        provisions=law.own,
        clocks=law.clocks,
        covers=law.covers,
        always=law.always or law.code in {FLOOR, TERMS},
    )


def _by_name(places: Iterable[Jurisdiction]) -> dict[str, Jurisdiction]:
    return {name: place for place in places for name in (place.code, *place.covers)}


def _line(place: Jurisdiction, known: Mapping[str, Jurisdiction]) -> Iterator[str]:
    """The place itself and every file it builds on."""
    yield place.code
    if place.extends:
        yield from _line(known[place.extends], known)


def _digest(rules: Iterable[Rule]) -> str:
    lines = sorted(json.dumps(_plain(rule), sort_keys=True) for rule in rules)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:VERSION_DIGITS]


def _plain(rule: Rule) -> dict[str, object]:
    """A rule as plain values: everything that could change what it does or says."""
    provision = rule.provision
    return {
        "id": rule.id,
        "stage": rule.stage.value,
        "when": _plain_condition(rule.when),
        "outcome": rule.outcome.name,
        "duties": sorted(rule.duties),
        "says": rule.says,
        "harm": rule.harm.value,
        "provision": [
            provision.id,
            provision.cite,
            provision.url,
            str(provision.since),
            str(provision.until),
        ],
        "ground": provision.ground.value,
    }


def _plain_condition(condition: Condition) -> object:
    match condition:
        case AtLeast(measure, threshold):
            return [measure, threshold]
        case AllOf(parts):
            return {"all": [_plain_condition(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_plain_condition(part) for part in parts]}
        case NoneOf(parts):
            return {"none": [_plain_condition(part) for part in parts]}
