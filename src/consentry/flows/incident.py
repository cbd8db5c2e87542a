"""What got through and should not have: written down, stopped, and tried again with every change.

1. Whoever learns of it writes it down, with the words of the request if there are any. They are kept
   encrypted under a key of their own and are a regression case from then on.
2. It counts as stopped when its case no longer passes, or its route is stopped. Nobody can just say so.
3. A replay tries every case against the rules and signals of this moment. What still passes is told.
The log names incidents and times, never words.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.core.incident import Incident, Source
from consentry.core.ports import Blobs, Ids, Store, Transaction

PURPOSE: Final = "incident"
"""The purpose under which the words of a case are kept encrypted."""

PICTURES: Final = ("person", "object", "none")
"""What can come with the words."""

MAX_WORDS: Final = 32_000
"""Longest words of a case, in characters: as much as a request may have."""

DECISION: Final = re.compile(r"|[a-z]{1,8}_[a-z0-9]{1,64}", re.ASCII)
"""A decision's identifier, or nothing."""


class Outcome(StrEnum):
    """What came of trying a case again."""

    REFUSED = "refused"
    """Nothing would be made."""
    HELD = "held"
    """It would be made and then compared, or a person would look first."""
    PASSED = "passed"
    """It would get through again."""
    NO_WORDS = "no-words"
    """There is nothing to try: no words were given, or they were erased."""


@dataclass(frozen=True, slots=True)
class Again:
    """One case, tried again."""

    incident: Incident
    """Whose case it is."""
    outcome: Outcome
    """What came of it."""
    rules: tuple[str, ...] = ()
    """The rules that bind, gravest first."""


Try = Callable[[str, str], tuple[Outcome, tuple[str, ...]]]
"""What the gate would do at this moment with words and a kind of picture, and by which rules."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Keeps incidents and their cases, and tries them again."""

    store: Store
    """Where they are kept."""
    blobs: Blobs
    """Where their words are kept, encrypted."""
    ids: Ids
    """Where identifiers come from."""
    try_: Try
    """Tries a case at this moment."""

    def add(
        self,
        source: Source,
        *,
        route: str = "",
        decision: str = "",
        seen: datetime | None = None,
        words: str = "",
        picture: str = "person",
    ) -> Incident:
        """Write down an incident; with `words` it has its regression case at once. Raises BadInput."""
        if not DECISION.fullmatch(decision):
            raise BadInput("A decision is named like `dec_4kq…`.", param="decision")
        with self.store.read() as view:
            _must_be_registered(route, {one.name for one in view.routes()})
            now = view.now()
        if seen is not None and seen > now:
            raise BadInput("It cannot have been seen in the future.", param="seen")
        found = Incident(self.ids.new("inc"), source, route, decision, seen or now)
        if not words:
            with self.store.begin() as tx:
                return _kept(tx, found, "incident_added")
        with self._locked(words, picture) as blob, self.store.begin() as tx:
            return _kept(tx, _with_case(tx, found, blob, picture), "incident_added")

    def give(self, incident_id: str, words: str, picture: str = "person") -> Incident:
        """Give an incident its regression case. Raises Conflict if it has one."""
        self.one(incident_id)
        with self._locked(words, picture) as blob, self.store.begin() as tx:
            found = _with_case(tx, tx.incident(incident_id), blob, picture)
            return _kept(tx, found, "incident_case_added")

    def mitigate(self, incident_id: str) -> Incident:
        """Note that it is stopped. Raises Conflict while its case still passes and its route is open."""
        found = self.one(incident_id)
        if found.mitigated is not None:
            return found
        if not self._route_is_stopped(found) and self._again(found).outcome in {Outcome.PASSED, Outcome.HELD}:
            raise Conflict(
                "It is not stopped: its case is not refused, and its route is open.",
                next_step="Correct the rules, or stop the route: `consentry route stop`.",
            )
        with self.store.begin() as tx:
            return _kept(tx, replace(tx.incident(incident_id), mitigated=tx.now()), "incident_mitigated")

    def erase(self, incident_id: str) -> Incident:
        """Destroy the words of a case for good; the incident and its times stay."""
        found = self.one(incident_id)
        if not found.words:
            return found
        with self.store.begin() as tx:
            erased = _kept(tx, replace(tx.incident(incident_id), words=""), "incident_erased")
        self.blobs.shred(found.words)
        return erased

    def one(self, incident_id: str) -> Incident:
        """The incident. Raises NotFound."""
        with self.store.read() as view:
            return view.incident(incident_id)

    def all(self) -> Sequence[Incident]:
        """Every incident, first seen first."""
        with self.store.read() as view:
            return view.incidents()

    def replay(self) -> Sequence[Again]:
        """Try every case again. Raises NotFound or SafetyUnavailable for words that cannot be read."""
        return [self._again(found) for found in self.all()]

    def _again(self, found: Incident) -> Again:
        if not found.words:
            return Again(found, Outcome.NO_WORDS)
        words = self.blobs.get(found.words, PURPOSE).decode()
        return Again(found, *self.try_(words, found.picture))

    @contextlib.contextmanager
    def _locked(self, words: str, picture: str) -> Iterator[str]:
        """The blob with `words`, encrypted; destroyed again if what it is for fails."""
        if picture not in PICTURES:
            raise BadInput(f"`picture` is one of {', '.join(PICTURES)}.", param="picture")
        if not words.strip() or len(words) > MAX_WORDS:
            raise BadInput(f"A case has 1 to {MAX_WORDS} characters of words.", param="words")
        blob = self.blobs.put(words.encode(), PURPOSE)
        try:
            yield blob
        except BaseException:
            self.blobs.shred(blob)
            raise

    def _route_is_stopped(self, found: Incident) -> bool:
        with self.store.read() as view:
            try:
                return not view.route(found.route).open
            except NotFound:
                return False


def _must_be_registered(route: str, known: set[str]) -> None:
    if route and route not in known:
        raise BadInput(
            "This route is not registered.",
            param="route",
            next_step="Register it first: `consentry route add`.",
        )


def _with_case(tx: Transaction, found: Incident, blob: str, picture: str) -> Incident:
    if found.words:
        raise Conflict(
            "This incident has its case.", next_step="Erase its words first: `consentry incident erase`."
        )
    return replace(found, tested=tx.now(), words=blob, picture=picture)


def _kept(tx: Transaction, found: Incident, event: str) -> Incident:
    tx.save_incident(found)
    record = {"event": event, "incident": found.id, "source": found.source.value, "route": found.route}
    tx.append(Kind.SYSTEM, record)
    return found
