"""A list that somebody else keeps, followed page by page, so that ours says what theirs says.

1. Fetch the page at the cursor that is stored; nothing is held meanwhile.
2. In one transaction: take the page in, store the next cursor, end the job and order the next one.
   Whoever is killed in between fetches the same page again, which changes nothing.
3. A record replaces what its source said before; withdrawn and deleted entries match nothing from
   the moment the transaction ends.
4. A page that cannot be read is gone round, as its exchange knows how, and the trouble is kept for
   everybody to see. When a source does not answer, the job is tried again later and later.
5. What a person thinks of an entry is sent back to the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from consentry.core.bank import Bank, BankEntry, EntryStatus
from consentry.core.entry import Kind
from consentry.core.errors import Conflict, NotFound, SetupTrouble, UpstreamTrouble
from consentry.core.exchange import TELL, UNREADABLE, Page, Progress, entries_from, keys_of
from consentry.core.ports import Job, Store, Transaction
from consentry.core.syncports import Exchange

INTERVAL = timedelta(minutes=5)
"""How often each list is asked for news."""

MOST_TROUBLES = 64
"""Unreadable pages in a row after which `pull` gives up: 10 halvings and 31 doublings pass any."""

AHEAD = timedelta(days=1)
"""How far a source's clock may run ahead of ours. A record from further on counts as of now, so that
a wrong year does not keep its source from ever taking it back."""

PULL = "bank.sync"
"""The kind of job that takes in one page; `TELL` is the kind that sends feedback back."""


@dataclass(frozen=True, slots=True)
class Sync:
    """Follows lists. `run` carries out one job; it raises if the job must be tried again."""

    store: Store
    """Where banks are kept."""
    exchanges: Mapping[str, Exchange]
    """Where each bank comes from, by the name of the bank."""
    interval: timedelta = INTERVAL
    """How often each is asked for news."""

    def run(self, job: Job) -> None:
        """Carry out `job` and finish it. Raises UpstreamTrouble or LostLease to try again."""
        steps = {PULL: self._pull, TELL: self._tell}
        steps[job.kind](job)

    def schedule(self) -> int:
        """Order a sync of every bank whose time has come; how many. To be called about every minute."""
        with self.store.begin() as tx:
            now = tx.now()
            turn = int(now.timestamp() // self.interval.total_seconds())
            jobs = [Job(PULL, {"bank": bank}, f"{PULL}:{bank}:{turn}", now) for bank in self.exchanges]
            return sum(tx.enqueue(job) for job in jobs)

    def pull(self, bank: str) -> Iterator[Progress]:
        """Sync `bank` now, page by page, to the end of what its source has.

        Raises UpstreamTrouble if the source does not answer, NotFound if nothing fills this bank,
        Conflict if a worker syncs it at the same time.
        """
        troubles = 0
        while troubles < MOST_TROUBLES:
            try:
                progress = self.step(bank)
            except UpstreamTrouble as trouble:
                troubles += 1
                if trouble.code != UNREADABLE or troubles == MOST_TROUBLES:
                    raise
                continue
            troubles = 0
            yield progress
            if not progress.under_way:
                return

    def step(self, bank: str, job: Job | None = None) -> Progress:
        """Take in one page, and finish `job` with it. Raises UpstreamTrouble, NotFound, Conflict."""
        exchange = self._exchange(bank)
        progress = self._prepared(bank, exchange)
        try:
            page = exchange.fetch(progress.cursor)
        except UpstreamTrouble as trouble:
            self._keep(progress, trouble, exchange)
            raise
        with self.store.begin() as tx:
            now = tx.now()
            _take_in(tx, bank, page, now)
            done = tx.save_progress(progress.after(page, now))
            _log(tx, done, exchange.name)
            if job and page.more:
                tx.enqueue(Job(PULL, job.payload, f"{PULL}:{bank}:v{done.version}", now))
            if job:
                tx.finish(job)
        return done

    def progress(self) -> Mapping[str, Progress]:
        """How far each sync has come, by the name of the bank."""
        found: dict[str, Progress] = {}
        with self.store.read() as snapshot:
            for bank in self.exchanges:
                try:
                    found[bank] = snapshot.progress(bank)
                except NotFound:
                    found[bank] = Progress(bank)
        return found

    def lags(self) -> Mapping[str, float]:
        """Seconds since the last complete sync of each bank; infinite before the first."""
        with self.store.read() as snapshot:
            now = snapshot.now()
        return {bank: progress.lag(now) for bank, progress in self.progress().items()}

    def _pull(self, job: Job) -> None:
        try:
            self.step(job.payload["bank"], job)
        except (Conflict, NotFound):  # another worker took in this page, or nothing fills this bank any more
            with self.store.begin() as tx:
                tx.finish(job)

    def _tell(self, job: Job) -> None:
        entry = self._entry(int(job.payload["entry"]))
        told = 0
        if entry and entry.bank in self.exchanges:
            told = self.exchanges[entry.bank].send_feedback([entry])
        with self.store.begin() as tx:
            if entry and told:
                record = {"bank": entry.bank, "entry": entry.id, "event": "feedback_sent"}
                tx.append(Kind.SYSTEM, record | {"feedback": entry.feedback.value})
            tx.finish(job)

    def _entry(self, number: int) -> BankEntry | None:
        with self.store.read() as snapshot:
            return next(iter(snapshot.entries([number])), None)

    def _exchange(self, bank: str) -> Exchange:
        if bank not in self.exchanges:
            raise NotFound(
                "Nothing fills this bank from outside.", next_step="See the settings for exchanges."
            )
        return self.exchanges[bank]

    def _prepared(self, name: str, exchange: Exchange) -> Progress:
        """How far the sync of a bank has come; the bank is made if there is none. Raises SetupTrouble."""
        with self.store.read() as snapshot:
            made = {bank.name: bank for bank in snapshot.banks()}
            if name in made and made[name].source == exchange.name:
                return snapshot.progress(name)
        if name in made:
            raise SetupTrouble(
                f"The bank {name} is filled by somebody else.",
                next_step="Give this source a bank of its own; entries of two sources are never mixed.",
            )
        with self.store.begin() as tx:
            tx.add_bank(Bank(name, source=exchange.name))
            tx.append(Kind.SYSTEM, {"bank": name, "event": "bank_made", "source": exchange.name})
            return tx.progress(name)

    def _keep(self, progress: Progress, trouble: UpstreamTrouble, exchange: Exchange) -> None:
        """Store what went wrong, and the way round a page that cannot be read."""
        if trouble.code == UNREADABLE:
            kept = progress.around(exchange.around(progress.cursor))
        else:
            kept = replace(progress, trouble=trouble.code)
        with self.store.begin() as tx:
            tx.save_progress(kept)


def _take_in(tx: Transaction, bank: str, page: Page, now: datetime) -> None:
    """Make the bank say what the page says."""
    latest = now + AHEAD
    records = [replace(record, changed=now) if record.changed > latest else record for record in page.records]
    named = [record for record in records if record.ref]
    before = tx.records(bank, {record.ref for record in named}) if named else {}
    held = tx.entries_at(bank, keys_of([*before.values(), *named])) if named else {}
    entries, kept = entries_from(bank, records, before, held)
    tx.put_entries(entries)
    tx.save_records(bank, kept)
    if page.all_since:
        tx.end_older(bank, page.all_since, EntryStatus.DELETED)


def _log(tx: Transaction, done: Progress, source: str) -> None:
    """A line at the end of each sync that brought anything."""
    if done.under_way or not (done.taken or done.passed_over or done.troubles):
        return
    counts = {"taken": done.taken, "passed_over": done.passed_over, "troubles": done.troubles}
    tx.append(Kind.SYSTEM, {"bank": done.bank, "event": "synced", "source": source, **counts})
