"""What every platform promises: orders safe to repeat, and the truth about what the public sees."""

from __future__ import annotations

import hashlib

import pytest

from consentry.core.errors import NotFound, NotOffered, UpstreamTrouble
from consentry.core.platformports import Ability, Notice

DATA = b"the bytes of a picture"


class PlatformContract:
    """Subclass and give `platform` (with nothing hidden), `publish(data) -> item`, and `broken`."""

    @pytest.fixture
    def platform(self):
        raise NotImplementedError

    @pytest.fixture
    def publish(self, platform):
        raise NotImplementedError

    @pytest.fixture
    def break_now(self, platform):
        raise NotImplementedError

    def test_it_has_a_name(self, platform):
        assert platform.name

    def test_an_address_leads_back_to_its_item(self, platform, publish):
        item = publish(DATA)
        assert platform.locate(platform.address(item)) == item

    @pytest.mark.parametrize(
        "url",
        [
            "https://elsewhere.example/posts/1",
            "",
            "nonsense",
            "https://site.example.evil.example/media/post-1",
        ],
    )
    def test_an_address_elsewhere_is_nobodys_item(self, platform, publish, url):
        publish(DATA)
        assert platform.locate(url) is None

    def test_a_visible_picture_is_seen(self, platform, publish):
        item = publish(DATA)
        sighting = platform.verify(platform.address(item))
        assert not sighting.gone
        assert sighting.status == 200
        assert sighting.sha256 == hashlib.sha256(DATA).hexdigest()
        assert sighting.at.tzinfo is not None

    def test_a_hidden_picture_is_gone_for_the_public_and_there_for_moderators(self, platform, publish):
        item = publish(DATA)
        platform.hide(item, "key-1")
        assert platform.verify(platform.address(item)).gone
        assert platform.fetch(item) == DATA

    def test_hiding_one_copy_leaves_the_others(self, platform, publish):
        item, other = publish(DATA), publish(DATA)
        assert item != other
        platform.hide(item, "key-1")
        assert not platform.verify(platform.address(other)).gone

    def test_a_restored_picture_is_seen_again(self, platform, publish):
        item = publish(DATA)
        platform.hide(item, "key-1")
        platform.restore(item, "key-2")
        assert not platform.verify(platform.address(item)).gone

    def test_repeating_an_order_changes_nothing(self, platform, publish):
        item = publish(DATA)
        platform.hide(item, "key-1")
        platform.hide(item, "key-1")
        assert platform.verify(platform.address(item)).gone

    def test_an_old_order_that_arrives_late_does_not_undo_a_newer_one(self, platform, publish):
        item = publish(DATA)
        platform.hide(item, "key-1")
        platform.restore(item, "key-2")
        platform.hide(item, "key-1")
        assert not platform.verify(platform.address(item)).gone

    @pytest.mark.parametrize("ability", [ability for ability in Ability if ability is not Ability.FETCH])
    def test_it_does_what_it_says_it_can_and_says_what_it_cannot(self, platform, publish, ability):
        item = publish(DATA)
        if ability in platform.abilities:
            receipt = orders(platform, item)[ability]()
            assert receipt.at.tzinfo is not None
        else:
            with pytest.raises(NotOffered):
                orders(platform, item)[ability]()

    def test_a_removed_picture_is_gone_for_everybody(self, platform, publish):
        if Ability.REMOVE not in platform.abilities:
            return
        item = publish(DATA)
        address = platform.address(item)
        platform.remove(item, "key-1")
        platform.remove(item, "key-1")
        assert platform.verify(address).gone

    def test_an_unknown_item_is_not_found(self, platform):
        with pytest.raises(NotFound):
            platform.fetch("no-such-item")

    @pytest.mark.parametrize("act", [*Ability, "verify"])
    def test_a_platform_that_is_down_is_trouble_and_never_proof(self, platform, publish, break_now, act):
        item = publish(DATA)
        address = platform.address(item)
        acts = {**orders(platform, item), "verify": lambda: platform.verify(address)}
        break_now()
        with pytest.raises(UpstreamTrouble):
            acts[act]()


def orders(platform, item):
    """One order of every kind about `item`, by the ability that it needs."""
    notice = Notice("A decision about your post", "It is hidden. You can object within six months.")
    return {
        Ability.FETCH: lambda: platform.fetch(item),
        Ability.HIDE: lambda: platform.hide(item, "key-hide"),
        Ability.RESTORE: lambda: platform.restore(item, "key-restore"),
        Ability.REMOVE: lambda: platform.remove(item, "key-remove"),
        Ability.LABEL: lambda: platform.label(item, "held-for-review", "key-label"),
        Ability.NOTIFY: lambda: platform.notify(item, notice, "key-notify"),
    }
