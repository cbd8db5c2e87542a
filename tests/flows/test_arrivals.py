"""What is already public is screened, and out of view if it must be, once, whatever is repeated."""

import sys
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest

from consentry.core.content import Picture
from consentry.core.errors import BadInput, NotAllowed, NotFound, UpstreamTrouble
from consentry.core.policy import Outcome
from consentry.flows.arrivals import Arrivals
from consentry.platforms.mastodon import MastodonPlatform
from consentry.remote.caller import SafeCaller
from consentry.remote.command import CommandStorage
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock
from support.pond import SECRET, TOKEN, pond, signature

COMMAND = [sys.executable, str(Path(__file__).parents[2] / "examples" / "mastodon" / "quarantine.py")]
WANTED = {b"harmless": Outcome.ALLOW, b"doubtful": Outcome.HOLD, b"known": Outcome.REFUSE}


@dataclass
class Judged:
    id: str = "dec_1"


@dataclass
class Screened:
    outcome: Outcome
    judged: Judged


class Opened:
    """A decoder for pictures that say themselves what becomes of them."""

    def decode(self, data):
        return Picture(data, data.decode())


@pytest.fixture
def running(tmp_path, monkeypatch):
    (tmp_path / "system").mkdir()
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path / "system"))
    monkeypatch.setenv("QUARANTINE", str(tmp_path / "quarantine"))
    with pond(tmp_path / "system") as found:
        yield found


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


@pytest.fixture
def arrivals(running, store):
    caller = SafeCaller((ip_network("127.0.0.0/8"),))
    addresses = {"site": running.url, "media": f"{running.url}/system", "token": TOKEN}
    host = MastodonPlatform("pond", addresses, [SECRET], CommandStorage(COMMAND), caller, StillClock())

    def screen(upload, url):
        said = upload.picture.sha256.encode()
        assert url == host.address(upload.item)
        assert (upload.platform, upload.account.id) == ("pond", "pond:42")
        if said not in WANTED:
            raise BadInput("It cannot be read.")
        return Screened(WANTED[said], Judged())

    yield Arrivals(store, {"pond": host}, Opened(), screen)
    caller.close()


def told(arrivals, running, *paths, **more):
    body = running.event(*paths, **more)
    return arrivals.hear("pond", body, signature(body))


def work(arrivals, store):
    for job in store.claim(9, 60):
        arrivals.run(job)


def shown(running, path):
    return (running.root / path).is_file()


def test_each_picture_goes_its_own_way(arrivals, running, store):
    paths = [running.publish(data) for data in (b"harmless", b"doubtful", b"known", b"garbage")]
    assert told(arrivals, running, *paths)
    work(arrivals, store)
    assert [shown(running, path) for path in paths] == [True, False, False, False]
    assert len(running.reports) == 3  # doubtful, refused and unreadable ones go before a person
    (notice,) = running.notices  # only who posted the refused one is told that it is refused
    assert notice[0] == "42"
    assert "dec_1" in notice[1]["text"][0]
    assert store.size() == 3
    assert store.queue()["done"] == 1


def test_what_is_told_twice_is_done_once(arrivals, running, store):
    path = running.publish(b"known")
    assert told(arrivals, running, path)
    assert told(arrivals, running, path)
    work(arrivals, store)
    assert len(running.reports) == 1
    assert store.queue()["done"] == 1


def test_a_changed_post_is_looked_at_again(arrivals, running, store):
    told(arrivals, running, running.publish(b"harmless"))
    path = running.publish(b"known")
    told(arrivals, running, path, event="status.updated", edited="2026-11-22T13:00:00Z")
    work(arrivals, store)
    assert not shown(running, path)


def test_trouble_keeps_the_job_and_hiding_again_changes_nothing(arrivals, running, store):
    path = running.publish(b"known")
    told(arrivals, running, path)
    (job,) = store.claim(9, 60)
    running.faults += [200, 503]  # the picture comes without its bytes; then the queue of moderators is away
    with pytest.raises(UpstreamTrouble):
        arrivals.run(job)
    assert not shown(running, path)
    arrivals.run(job)
    assert len(running.reports) == 1
    assert store.queue()["done"] == 1


def test_a_post_that_was_deleted_meanwhile_is_done(arrivals, running, store):
    told(arrivals, running, "media_attachments/files/1/original/0.png")
    work(arrivals, store)
    assert store.queue()["done"] == 1
    assert not running.reports


def test_nobody_else_can_tell_of_posts(arrivals, running, store):
    body = running.event(running.publish(b"known"))
    for wrong in ("", signature(body, "other"), signature(body + b" ")):
        with pytest.raises(NotAllowed):
            arrivals.hear("pond", body, wrong)
    with pytest.raises(NotFound):
        arrivals.hear("lake", body, signature(body))
    assert store.queue()["ready"] == 0


def test_other_events_are_taken_and_nothing_is_done(arrivals, running, store):
    assert not told(arrivals, running, event="account.created")
    assert store.queue()["ready"] == 0
