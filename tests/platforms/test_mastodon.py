"""Mastodon against a server written from its documentation, with the example command for its files."""

import json
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from consentry.core.arrivals import Arrived
from consentry.core.errors import NotFound, UpstreamTrouble
from consentry.core.platformports import Ability, Notice
from consentry.core.webports import Later
from consentry.platforms.mastodon import MastodonPlatform
from consentry.remote.caller import SafeCaller
from consentry.remote.command import CommandStorage
from consentry.store.system import SystemClock
from contracts.platform import PlatformContract
from support.pond import FIRST, SECRET, TOKEN, pond, signature

COMMAND = [sys.executable, str(Path(__file__).parents[2] / "examples" / "mastodon" / "quarantine.py")]


@pytest.fixture
def running(tmp_path, monkeypatch):
    (tmp_path / "system").mkdir()
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path / "system"))
    monkeypatch.setenv("QUARANTINE", str(tmp_path / "quarantine"))
    with pond(tmp_path / "system") as found:
        yield found


@pytest.fixture
def platform(running):
    caller = SafeCaller((ip_network("127.0.0.0/8"),))
    addresses = {"site": running.url, "media": f"{running.url}/system", "token": TOKEN}
    storage = CommandStorage(COMMAND)
    yield MastodonPlatform("pond", addresses, ["old" * 9, SECRET], storage, caller, SystemClock())
    caller.close()


class TestMastodonPlatform(PlatformContract):
    @pytest.fixture
    def platform(self, platform):
        return platform

    @pytest.fixture
    def publish(self, running):
        return running.publish

    @pytest.fixture
    def break_now(self, running, monkeypatch):
        def now():
            running.faults.extend([500] * 9)
            monkeypatch.delenv("MEDIA_ROOT")

        return now


def test_it_says_what_it_can_do_about_a_file_and_no_more(platform):
    assert platform.abilities == {Ability.FETCH, Ability.HIDE, Ability.RESTORE, Ability.REMOVE}


def test_a_file_is_named_by_its_path_and_a_post_names_none(platform, running):
    assert platform.locate(f"{running.url}/system/{FIRST}/a.png?1") == f"{FIRST}/a.png"
    for other in ("/@ada/7", "/system/../config/secrets", "/system/.env", "/system/", "/system/a//b"):
        assert platform.locate(running.url + other) is None


@pytest.mark.parametrize("item", ["../../etc/hosts", "/etc/hosts", "-rf", ".hidden", "a/../b", ""])
def test_no_order_leads_out_of_the_media(platform, item):
    for order in (platform.hide, platform.restore, platform.remove):
        with pytest.raises(NotFound):
            order(item, "k")
    with pytest.raises(NotFound):
        platform.fetch(item)


def test_only_what_mastodon_signed_is_believed_and_secrets_can_be_changed(platform, running):
    body = running.event("x.png")
    assert platform.signed(body, signature(body))
    assert platform.signed(body, signature(body, "old" * 9))
    for wrong in (
        "",
        "sha256=",
        signature(body + b" "),
        signature(body, "other"),
        signature(body)[7:],
        "sha256=é",
    ):
        assert not platform.signed(body, wrong)


def test_a_new_post_and_a_changed_one_are_two_arrivals(platform, running):
    path = running.publish(b"x")
    url = f"{running.url}/system/{path}"
    assert platform.arrived(running.event(path)) == Arrived("7", "42", "", (url,))
    changed = platform.arrived(running.event(path, event="status.updated", edited="2026-11-22T13:00:00.000Z"))
    assert changed == Arrived("7", "42", "2026-11-22T13:00:00.000Z", (url,))


def test_what_is_no_post_with_pictures_of_this_instance_is_no_arrival(platform, running):
    path = running.publish(b"x")
    elsewhere = json.loads(running.event(path))
    elsewhere["object"]["media_attachments"][0]["url"] = "https://elsewhere.example/system/x.png"
    sound = json.loads(running.event(path))
    sound["object"]["media_attachments"][0]["type"] = "audio"
    bodies = [json.dumps(one).encode() for one in (elsewhere, sound, [], {}, {"event": "status.created"})]
    bodies += [b"", b"\xff", running.event(), running.event(path, event="account.created")]
    assert [platform.arrived(body) for body in bodies] == [None] * len(bodies)


def test_moderators_and_posters_are_told_in_the_forms_of_the_documentation(platform, running):
    platform.alert("42", "7", "x" * 2000)
    (report,) = running.reports
    assert report["account_id"] == ["42"]
    assert report["status_ids[]"] == ["7"]
    assert report["category"] == ["legal"]
    assert len(report["comment"][0]) == 1000
    platform.tell("42", Notice("A decision", "It is hidden."))
    form = {"type": ["none"], "text": ["It is hidden."], "send_email_notification": ["true"]}
    assert running.notices == [("42", form)]


def test_a_busy_instance_is_later_and_a_broken_one_trouble(platform, running):
    running.faults += [429, 500]
    with pytest.raises(Later):
        platform.alert("42", "7", "x")
    with pytest.raises(UpstreamTrouble):
        platform.alert("42", "7", "x")
