"""Look, decide, record: the three steps that every door shares, in that order.

1. Every signal looks. One that fails, hangs or keeps silent has not looked, and that is said.
2. The policy of the stage decides, for the place and the day.
3. The decision goes into the log. If it cannot, nothing else happens.

What is refused whatever a picture shows is refused before anybody opens one. A second look, dear
or slow, is taken only where the first leaves a doubt.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consentry.core.content import Picture, Stage, Subject
from consentry.core.decide import decide, foregone
from consentry.core.decision import Decision
from consentry.core.entry import Kind, decision_record
from consentry.core.errors import BadInput, Overloaded
from consentry.core.finding import Finding, Findings, Seen, Unavailable, by_signal
from consentry.core.policy import AnyOf, Condition, Policy, Truth, truth
from consentry.core.ports import Clock, Ids, Signal, Store, Transaction

NEVER = AnyOf(())
"""A condition that is false of anything."""

NOT_ASKED = "judge 1"
"""The version of a finding that says why nobody was asked."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A decision that nobody has written down yet: nothing may be done about it."""

    id: str
    """The decision's identifier."""
    decision: Decision
    """What was decided."""
    findings: Findings
    """What it rests on."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision that has been written down."""

    id: str
    """The decision's identifier, given to whoever asked."""
    decision: Decision
    """What was decided."""
    findings: Findings
    """What it rests on."""
    place: int
    """Its index in the log."""


Also = Callable[[Transaction, Judged], None]
"""What goes with a record into its transaction."""


def must_be_readable(picture: Picture, next_step: str) -> None:
    """Raise BadInput if nobody can look at `picture`, or Overloaded if only now nobody has the time."""
    if picture.frames:
        return
    if picture.trouble == "overloaded":
        raise Overloaded("Too many pictures are being read at once.")
    raise BadInput(
        f"A picture cannot be read: {picture.trouble}.",
        code="invalid_image",
        param="image",
        next_step=next_step,
    )


@dataclass(frozen=True, slots=True)
class Judge:
    """The eyes, the rules, the memory and the calendar of one stage."""

    stage: Stage
    """The stage it judges."""
    signals: Sequence[Signal]
    """The signals that can look at this stage."""
    policy: Callable[[str], Policy]
    """The policy for a place; `""` if nobody knows where."""
    store: Store
    """Where the log is."""
    clock: Clock
    """What day it is."""
    ids: Ids
    """Where identifiers come from."""
    pool: concurrent.futures.Executor
    """Where signals look side by side."""
    patience: float
    """Seconds all signals together may take."""
    first: Sequence[Signal] = ()
    """Those of the signals that can look before everything is there to be looked at."""
    second: Sequence[Signal] = ()
    """Signals that look only where there is a doubt. They are none of `signals`."""
    doubt: Condition = NEVER
    """When there is one: unless this is certainly false."""
    watch: Callable[[Decision, Findings], None] = field(default=lambda _decision, _findings: None)
    """Told of every decision but those about probes, for figures; it cannot change anything."""

    def __call__(
        self,
        subject: Subject | None,
        *,
        known: Findings,
        place: str,
        context: Mapping[str, object],
        also: Also | None = None,
    ) -> Judged:
        """Judge `subject` in the light of what is `known`, and write the decision down.

        `context` goes into the record: identifiers and digests, never a prompt or a picture.
        `also` is carried out in the same transaction as the record: both happen or neither.
        Raises SafetyUnavailable if the record cannot be written.
        """
        return self._written(self.weigh(subject, known=known, place=place), context, also)

    def weigh(self, subject: Subject | None, *, known: Findings, place: str) -> Weighed:
        """Decide about `subject` and write nothing down: `record` does, with whatever goes with it."""
        looked = self._look(self.signals, subject) if subject is not None else {}
        findings = {**known, **looked}
        if subject is not None and self.second:
            findings |= self._look_again(subject, findings, place)
        decision = decide(self.policy(place), findings, self.clock.now().date())
        return Weighed(self.ids.new("dec"), decision, findings)

    def record(self, tx: Transaction, weighed: Weighed, context: Mapping[str, object]) -> Judged:
        """Write one decision down in `tx`. Once that is committed, `told` is to hear of it."""
        record = decision_record(weighed.id, weighed.decision, weighed.findings, context)
        place = tx.append(Kind.DECISION, record)
        return Judged(weighed.id, weighed.decision, weighed.findings, place)

    def told(self, judged: Judged, context: Mapping[str, object]) -> None:
        """Have a decision that is written down counted, unless it is about a probe."""
        if not context.get("probe"):
            self.watch(judged.decision, judged.findings)

    def early(
        self,
        subject: Subject,
        *,
        known: Findings,
        place: str,
        context: Mapping[str, object],
        also: Also | None = None,
    ) -> Judged | None:
        """Refuse `subject` if what the first signals see makes that certain; None leaves it open.

        `also` is carried out in the same transaction as the record of a refusal.
        Raises SafetyUnavailable if the record of a refusal cannot be written.
        """
        findings = {**known, **self._look(self.first, subject)}
        decision = foregone(self.policy(place), findings, self.clock.now().date())
        if decision is None:
            return None
        return self._written(Weighed(self.ids.new("dec"), decision, findings), context, also)

    def _look_again(self, subject: Subject, findings: Findings, place: str) -> Mapping[str, Finding]:
        """What the second signals see; where nothing is in doubt they are not asked, and that is said."""
        if truth(self.doubt, findings) is Truth.FALSE:
            return _not_asked(self.second, "nothing was doubtful")
        if foregone(self.policy(place), findings, self.clock.now().date()) is not None:
            return _not_asked(self.second, "refused already")
        return self._look(self.second, subject)

    def _written(self, weighed: Weighed, context: Mapping[str, object], also: Also | None) -> Judged:
        with self.store.begin() as tx:
            judged = self.record(tx, weighed, context)
            if also is not None:
                also(tx, judged)
        self.told(judged, context)
        return judged

    def _look(self, signals: Sequence[Signal], subject: Subject) -> dict[str, Finding]:
        started = {self.pool.submit(signal.look, subject): signal for signal in signals}
        concurrent.futures.wait(started, timeout=self.patience)
        found = (finding for task, signal in started.items() for finding in _answer(task, signal))
        return by_signal(found)


def _not_asked(signals: Sequence[Signal], why: str) -> dict[str, Finding]:
    measures = sorted(measure for signal in signals for measure in signal.measures)
    return {measure: Seen(measure, 0.0, f"not asked: {why}", NOT_ASKED) for measure in measures}


def _answer(task: concurrent.futures.Future[Sequence[Finding]], signal: Signal) -> Iterator[Finding]:
    """One finding for every measure the signal promised: its own words, or that it could not look."""
    brought, why = _brought(task)
    for measure in sorted(signal.measures):
        yield brought.get(measure, Unavailable(measure, why))


def _brought(task: concurrent.futures.Future[Sequence[Finding]]) -> tuple[dict[str, Finding], str]:
    if not task.done():
        task.cancel()
        return {}, "timeout"
    try:
        return by_signal(task.result()), "no answer"
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the signal did not look
        return {}, type(error).__name__
