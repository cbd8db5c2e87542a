"""Reads one law file, already parsed, and refuses whatever it does not understand.

Rule of this file: a typing error in a law file must stop the start, never weaken a rule.
Every refusal names the file and the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeVar

from consentry.core.content import Stage
from consentry.core.errors import SetupTrouble
from consentry.core.finding import Finding, Seen, Unavailable
from consentry.core.law import Confidence, Duty, Ground, LegalClock, Provision, Trigger
from consentry.core.policy import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Harm,
    NoneOf,
    Outcome,
    Rule,
    leaves,
)
from consentry.core.scenario import Judged, Scenario, Timed

UNSEEN = 2.0
"""A score nobody can reach (scores end at 1): false once somebody looked, unknown until then."""

_LEAF = re.compile(r"(?P<measure>[a-z]+(?:\.[a-z]+)*) (?:>= (?P<score>[01](?:\.[0-9]+)?)|unavailable)")
_ID = re.compile(r"[a-z]+(?:[.-][A-Za-z0-9]+)*")
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_BLIND = "unavailable:"
_NESTS: dict[str, type[AllOf | AnyOf | NoneOf]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}

_E = TypeVar("_E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it is written, before it is known which judges there are."""

    rule: Rule
    """The rule."""
    needs: tuple[str, ...]
    """Measures or families of measures without which it is left out."""


@dataclass(frozen=True, slots=True)
class LawFile:
    """Everything one file says, by itself; what it refers to elsewhere is checked later."""

    code: str
    """Its code, which is also its name."""
    name: str
    """The place in English."""
    extends: str
    """The code of the file it builds on; empty if none."""
    covers: frozenset[str]
    """Other codes that mean this place."""
    always: bool
    """Whether it counts everywhere."""
    provisions: Mapping[str, Provision]
    """Its provisions and those it may cite, by id."""
    own: tuple[Provision, ...]
    """Its own provisions."""
    clocks: tuple[LegalClock, ...]
    """Its clocks."""
    drafts: tuple[Draft, ...]
    """Its rules."""
    scenarios: tuple[Scenario, ...]
    """Its scenarios."""


class Table:
    """One table of a file: each key is asked for once, and what nobody asked for is refused."""

    def __init__(self, where: str, data: object) -> None:
        """Read `data`; `where` names file and key in every refusal."""
        self.where = where
        if not isinstance(data, Mapping):
            raise trouble(where, "must be a table")
        self._data = dict(data)

    def text(self, key: str, default: str | None = None) -> str:
        """A non-empty text; `default` if it is missing and one is given."""
        value = self._take(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise trouble(f"{self.where}.{key}", "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if it is missing."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise trouble(f"{self.where}.{key}", "must be a list of texts")
        return tuple(value)

    def day(self, key: str, *, needed: bool = False) -> date | None:
        """A day such as `2026-06-29`; None if it is missing and not needed."""
        value = self._take(key, None)
        if value is None and not needed:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise trouble(f"{self.where}.{key}", "must be a day such as 2026-06-29, without quotes")
        return value

    def hours(self, key: str, *, needed: bool = False) -> int | None:
        """Whole hours, 0 or more."""
        value = self._take(key, None)
        if value is None and not needed:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise trouble(f"{self.where}.{key}", "must be whole hours, 0 or more")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false if it is missing."""
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            raise trouble(f"{self.where}.{key}", "must be true or false")
        return value

    def one_of(self, key: str, kind: type[_E], default: str | None = None) -> _E:
        """One of the words of `kind`."""
        return word(f"{self.where}.{key}", kind, self.text(key, default))

    def some_of(self, key: str, kind: type[_E]) -> frozenset[_E]:
        """Words of `kind`; none if it is missing."""
        return frozenset(word(f"{self.where}.{key}", kind, item) for item in self.texts(key))

    def tables(self, key: str) -> tuple[Table, ...]:
        """The tables of a list such as `[[rule]]`, each named by its number and id."""
        value = self._take(key, [])
        if not isinstance(value, list):
            raise trouble(f"{self.where}.{key}", f"must be written as [[{key}]]")
        return tuple(Table(f"{self.where}{key} {n}", item) for n, item in enumerate(value, 1))

    def raw(self, key: str) -> object:
        """Whatever stands there. Refuses a missing key."""
        return self._take(key, _MISSING)

    def has(self, key: str) -> bool:
        """Whether the key is there and nobody took it yet."""
        return key in self._data

    def done(self) -> None:
        """Refuse every key that nobody asked for."""
        if self._data:
            raise trouble(self.where, f"does not know the key {', '.join(map(repr, sorted(self._data)))}")

    def _take(self, key: str, default: object) -> object:
        value = self._data.pop(key, default)
        if value is _MISSING:
            raise trouble(self.where, f"needs the key {key!r}")
        return value


_MISSING = object()


def trouble(where: str, what: str) -> SetupTrouble:
    """A refusal that names the place in the law files."""
    return SetupTrouble(f"law: {where} {what}", code="bad_law", param=where)


def word(where: str, kind: type[_E], value: str) -> _E:
    """The member of `kind` that is written `value`. Raises SetupTrouble with the words there are."""
    words = {member.name.lower(): member for member in kind}
    if value not in words:
        raise trouble(where, f"does not know {value!r}; use one of {', '.join(words)}")
    return words[value]


def read_file(code: str, data: Mapping[str, object], cited: Mapping[str, Provision]) -> LawFile:
    """Read the file `code`. `cited` are the provisions of the files it builds on."""
    if not _CODE.fullmatch(code):
        raise trouble(f"{code}.toml", "must have a name of lower-case letters")
    table = Table(f"{code}.toml: ", data)
    name, extends = table.text("name"), table.text("extends", "")
    covers, always = frozenset(table.texts("covers")), table.flag("always")
    own = tuple(_provision(code, part) for part in table.tables("provision"))
    provisions = {**cited, **{provision.id: provision for provision in own}}
    clocks = tuple(_clock(code, part, provisions) for part in table.tables("clock"))
    drafts = tuple(_draft(code, part, provisions) for part in table.tables("rule"))
    scenarios = tuple(_scenario(code, part) for part in table.tables("scenario"))
    table.done()
    unique(f"{code}.toml", [*(p.id for p in own), *(c.id for c in clocks), *(d.rule.id for d in drafts)])
    return LawFile(code, name, extends, covers, always, provisions, own, clocks, drafts, scenarios)


def unique(where: str, names: Iterable[str]) -> None:
    """Refuse a name that stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise trouble(where, f"has {name!r} twice")
        seen.add(name)


def _own_id(code: str, table: Table) -> str:
    """An id that begins with the code of its file, so that no file can speak for another."""
    name = table.text("id")
    table.where = f"{table.where} ({name})"
    if not _ID.fullmatch(name) or not name.startswith(f"{code}."):
        raise trouble(f"{table.where}.id", f"must begin with '{code}.' and be words joined by '.' or '-'")
    return name


def _provision(code: str, table: Table) -> Provision:
    name = _own_id(code, table)
    url = table.text("url")
    if not url.startswith("https://"):
        raise trouble(f"{table.where}.url", "must be an https:// address")
    since, until = table.day("since"), table.day("until")
    if since and until and until <= since:
        raise trouble(f"{table.where}.until", "must be after since")
    found = Provision(
        id=name,
        cite=table.text("cite"),
        jurisdiction=code,
        url=url,
        since=since,
        until=until,
        text=_dated(table, since),
        ground=table.one_of("ground", Ground, "law"),
        confidence=table.one_of("confidence", Confidence, "high"),
    )
    table.done()
    return found


def _dated(table: Table, since: date | None) -> str:
    """What the provision asks for; one without a date must say why it has none."""
    text = table.text("text")
    if since is not None:
        return text
    return f"{text} No date: {table.text('date_unknown')}"


def _cited(table: Table, provisions: Mapping[str, Provision]) -> Provision:
    name = table.text("provision")
    if name not in provisions:
        raise trouble(f"{table.where}.provision", f"does not know the provision {name!r}")
    return provisions[name]


def _clock(code: str, table: Table, provisions: Mapping[str, Provision]) -> LegalClock:
    found = LegalClock(
        id=_own_id(code, table),
        provision=_cited(table, provisions),
        trigger=table.one_of("trigger", Trigger),
        hours=table.hours("hours", needed=True) or 0,
        copies=table.text("copies", ""),
    )
    table.done()
    return found


def _draft(code: str, table: Table, provisions: Mapping[str, Provision]) -> Draft:
    rule = Rule(
        id=_own_id(code, table),
        stage=table.one_of("stage", Stage),
        when=condition(f"{table.where}.when", table.raw("when")),
        outcome=table.one_of("outcome", Outcome),
        provision=_cited(table, provisions),
        says=table.text("says"),
        harm=table.one_of("harm", Harm),
        duties=table.some_of("duties", Duty),
    )
    needs = table.texts("needs")
    table.done()
    return Draft(rule, needs)


def condition(where: str, data: object) -> Condition:
    """A condition: a comparison, `"person unavailable"`, `"always"`, or a table of all, any or none."""
    if data == "always":
        return ALWAYS
    if isinstance(data, str):
        return _leaf(where, data)
    if not isinstance(data, Mapping) or [*data] not in [[key] for key in _NESTS]:
        raise trouble(where, "must be a comparison, or a table with one of all, any, none")
    ((key, parts),) = data.items()
    if not isinstance(parts, list) or not parts:
        raise trouble(where, f"needs a list of conditions in {key!r}")
    return _NESTS[key](tuple(condition(f"{where}.{key}", part) for part in parts))


def _leaf(where: str, text: str) -> AtLeast:
    found = _LEAF.fullmatch(text)
    if not found:
        raise trouble(where, f"cannot read {text!r}; write 'measure >= 0.5' or 'measure unavailable'")
    score = UNSEEN if found["score"] is None else float(found["score"])
    if found["score"] is not None and not 0.0 < score <= 1.0:
        raise trouble(where, f"needs a score above 0 and up to 1 in {text!r}")
    return AtLeast(found["measure"], score)


def _scenario(code: str, table: Table) -> Scenario:
    says, day = table.text("says"), table.day("day", needed=True) or date.max
    found = _judged(code, says, day, table) if table.has("stage") else _timed(code, says, day, table)
    table.done()
    return found


def _judged(code: str, says: str, day: date, table: Table) -> Judged:
    return Judged(
        place=code,
        says=says,
        day=day,
        stage=table.one_of("stage", Stage),
        findings=_findings(f"{table.where}.findings", table.raw("findings")),
        expect=table.one_of("expect", Outcome),
        applies=frozenset(table.texts("applies")),
        shadow=frozenset(table.texts("shadow")),
    )


def _timed(code: str, says: str, day: date, table: Table) -> Timed:
    return Timed(
        place=code,
        says=says,
        day=day,
        trigger=table.one_of("trigger", Trigger),
        clocks=frozenset(table.texts("clock")),
        hours=table.hours("hours"),
    )


def _findings(where: str, data: object) -> tuple[Finding, ...]:
    if not isinstance(data, Mapping):
        raise trouble(where, "must be a table")
    return tuple(_finding(f"{where}.{measure}", str(measure), value) for measure, value in data.items())


def _finding(where: str, measure: str, value: object) -> Finding:
    if isinstance(value, str) and value.startswith(_BLIND) and value != _BLIND:
        return Unavailable(measure, value.removeprefix(_BLIND))
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return Seen(measure, float(value))
    raise trouble(where, "must be a score from 0 to 1 or 'unavailable:why'")


def measure_table(data: Mapping[str, object]) -> tuple[tuple[str, frozenset[Stage], str], ...]:
    """The measures of `measures.toml`: name, stages at which it can exist, meaning."""
    table = Table("measures.toml: ", data)
    found = []
    for part in table.tables("measure"):
        row = (part.text("name"), part.some_of("stages", Stage), part.text("meaning"))
        part.done()
        found.append(row)
    table.done()
    unique("measures.toml", (name for name, _, _ in found))
    return tuple(found)


def measured(rule: Rule) -> frozenset[str]:
    """The names of every measure a rule reads."""
    return frozenset(leaf.measure for leaf in leaves(rule.when))
