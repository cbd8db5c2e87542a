"""Counts for operators, as Prometheus reads them: no label names a person, a prompt or a picture."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge

from consentry.core.breaker import Ability
from consentry.core.decision import Decision
from consentry.core.finding import Findings, Unavailable
from consentry.core.ports import Snapshot, Store

DAY = timedelta(days=1)
"""How far back requests at the gate are counted."""


class Figures:
    """Every figure of one running system."""

    def __init__(self) -> None:
        """Start at zero, in a registry of our own."""
        self.registry = CollectorRegistry()
        self._decisions = Counter(
            "consentry_decisions",
            "Decisions by stage and outcome; `blind` if only because nobody could look.",
            ["stage", "outcome", "blind"],
            registry=self.registry,
        )
        self._unavailable = Counter(
            "consentry_unavailable",
            "Measures that nobody could take, by name.",
            ["measure"],
            registry=self.registry,
        )
        self._lines = Gauge("consentry_log_lines", "Lines in the log.", registry=self.registry)
        self._jobs = Gauge("consentry_jobs", "Jobs by state.", ["state"], registry=self.registry)
        self._dead = Gauge(
            "consentry_jobs_dead",
            "Jobs that were tried too often, by kind.",
            ["kind"],
            registry=self.registry,
        )
        self._lags = Gauge(
            "consentry_bank_sync_lag_seconds",
            "Seconds since everything that a bank's source lists was last taken in.",
            ["bank"],
            registry=self.registry,
        )
        self._routes = Gauge(
            "consentry_route", "1 for the state of each route.", ["route", "state"], registry=self.registry
        )
        self._paused = Gauge(
            "consentry_capability_paused", "1 if it is paused.", ["capability"], registry=self.registry
        )
        self._requests = Gauge(
            "consentry_gate_requests_day",
            "Requests at the gate in the last 24 hours: asked, refused, or made, for which a generator was "
            "called. Beside `consentry_guard_calls_total` of each guard it says what went past the gate.",
            ["capability", "state"],
            registry=self.registry,
        )
        self._fixes = Gauge(
            "consentry_incident_seconds_to_fix",
            "From first seen to stopped, of the slowest incident; the running ones up to now.",
            registry=self.registry,
        )
        self._incidents = Gauge(
            "consentry_incidents", "Incidents by state.", ["state"], registry=self.registry
        )
        self._running = Gauge("consentry_cases_running", "Cases whose clock runs.", registry=self.registry)
        self._pressing = Gauge(
            "consentry_cases_pressing",
            "Cases due in six hours (soon), overdue or hidden but unverified; complaints waiting or overdue.",
            ["state"],
            registry=self.registry,
        )

    def watch(self, decision: Decision, findings: Findings) -> None:
        """Count one decision."""
        labels = (decision.stage.value, decision.outcome.name.lower(), str(decision.blind).lower())
        self._decisions.labels(*labels).inc()
        for name, finding in findings.items():
            if isinstance(finding, Unavailable):
                self._unavailable.labels(name).inc()

    def refresh(self, store: Store) -> None:
        """Read what is counted in the store."""
        self._lines.set(store.size())
        for state, count in store.queue().items():
            self._jobs.labels(state).set(count)
        with store.read() as snapshot:
            self._press(snapshot)
            now = snapshot.now()
            self._dead.clear()
            for kind, count in snapshot.dead_by_kind().items():
                self._dead.labels(kind).set(count)
            self._ways(snapshot, now)
            self._lags.clear()
            for bank in snapshot.banks():
                progress = snapshot.progress(bank.name)
                if progress.version:  # nobody follows the others
                    self._lags.labels(bank.name).set(progress.lag(now))

    def _press(self, snapshot: Snapshot) -> None:
        """How cases stand against their clocks."""
        counts = asdict(snapshot.pressing())
        self._running.set(counts.pop("running"))
        for state, number in counts.items():
            self._pressing.labels(state).set(number)

    def _ways(self, snapshot: Snapshot, now: datetime) -> None:
        """Routes, what is paused, and incidents."""
        self._routes.clear()
        for route in snapshot.routes():
            state = route.tried.value if route.open else "stopped"
            self._routes.labels(route.name, state).set(1)
        for ability in Ability:
            self._paused.labels(ability.value).set(int(snapshot.breaker(ability).paused(now)))
            tally = snapshot.tally(ability, now - DAY)
            for came in ("asked", "refused", "made"):
                self._requests.labels(ability.value, came).set(getattr(tally, came))
        incidents = snapshot.incidents()
        slowest = max((one.time_to_fix or now - one.seen for one in incidents), default=timedelta(0))
        self._fixes.set(slowest.total_seconds())
        for state, count in (
            ("open", sum(one.mitigated is None for one in incidents)),
            ("untested", sum(one.mitigated is not None and one.tested is None for one in incidents)),
            ("settled", sum(one.settled for one in incidents)),
        ):
            self._incidents.labels(state).set(count)
