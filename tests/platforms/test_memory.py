from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from consentry.core.errors import NotFound, UpstreamTrouble
from consentry.core.platformports import Notice
from consentry.platforms.memory import UNTIL_PURGED, MemoryPlatform
from contracts.platform import DATA, PlatformContract


class Noon:
    def now(self):
        return datetime(2026, 11, 22, 12, tzinfo=UTC)


def site(**more):
    return MemoryPlatform("site", "https://site.example", Noon(), **more)


class TestMemoryPlatform(PlatformContract):
    @pytest.fixture
    def platform(self):
        return site()

    @pytest.fixture
    def publish(self, platform):
        return lambda data: platform.publish(data, "ann", "a harbour")

    @pytest.fixture
    def break_now(self, platform):
        def now():
            platform.down = True

        return now


def test_a_post_has_a_page_and_a_picture():
    platform = site()
    item = platform.publish(DATA, "ann", "a harbour")
    post = platform.page(item)
    assert (post.author, post.text) == ("ann", "a harbour")
    assert platform.public(post.picture) == DATA
    assert platform.posts() == (post,)


def test_a_page_address_leads_to_its_post_with_query_and_fragment():
    platform = site()
    item = platform.publish(DATA, "ann", "")
    assert platform.locate(platform.page_address(item) + "?from=feed#top") == item
    assert platform.locate("https://site.example/posts/unknown") is None
    assert platform.locate("https://site.example/about") is None


def test_a_hidden_post_has_neither_page_nor_picture():
    platform = site()
    item = platform.publish(DATA, "ann", "")
    platform.hide(item, "k")
    assert platform.page(item) is None
    assert platform.public(platform.address(item)) is None
    assert platform.posts() == ()


def test_a_cache_serves_a_hidden_picture_for_so_many_more_visits():
    platform = site(linger=2)
    item = platform.publish(DATA, "ann", "")
    platform.public(platform.address(item))
    platform.hide(item, "k")
    assert platform.page(item) is None
    assert [platform.verify(platform.address(item)).gone for _ in range(3)] == [False, False, True]


def test_a_cache_without_end_serves_it_until_somebody_purges_it():
    platform = site(linger=UNTIL_PURGED)
    item = platform.publish(DATA, "ann", "")
    platform.public(platform.address(item))
    platform.hide(item, "k")
    assert not any(platform.verify(platform.page_address(item)).gone for _ in range(5))
    platform.purge(item)
    assert platform.verify(platform.page_address(item)).gone


def test_a_cache_that_nobody_filled_serves_nothing():
    platform = site(linger=UNTIL_PURGED)
    item = platform.publish(DATA, "ann", "")
    platform.hide(item, "k")
    assert platform.public(platform.address(item)) is None


def test_a_site_that_lies_about_hiding_is_found_out_and_may_be_told_again():
    platform = site()
    item = platform.publish(DATA, "ann", "")
    platform.lies = True
    platform.hide(item, "k")
    assert not platform.verify(platform.address(item)).gone
    platform.lies = False
    platform.hide(item, "k")
    assert platform.verify(platform.address(item)).gone


def test_each_key_takes_effect_once_even_when_many_give_the_order_at_once():
    platform = site()
    item = platform.publish(DATA, "ann", "")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: platform.hide(item, "k"), range(50)))
    assert platform.effects == {"k": 1}


def test_an_order_about_an_unknown_post_is_refused_and_not_counted():
    platform = site()
    with pytest.raises(NotFound):
        platform.hide("post-9", "k")
    assert not platform.effects


@pytest.mark.parametrize("status", [0, 302, 403, 429, 500, 503])
def test_an_unclear_answer_is_no_proof(status):
    platform = site(fetch=lambda _url: (status, b""))
    with pytest.raises(UpstreamTrouble):
        platform.verify("https://site.example/media/post-1")


@pytest.mark.parametrize("status", [404, 410, 451])
def test_an_address_that_says_nothing_is_there_is_proof(status):
    platform = site(fetch=lambda _url: (status, b""))
    sighting = platform.verify("https://site.example/media/post-1")
    assert sighting.gone
    assert sighting.status == status


def test_the_page_alone_being_gone_is_no_proof_while_the_picture_is_served():
    platform = site(fetch=lambda url: (200, DATA) if "/media/" in url else (404, b""))
    item = platform.publish(DATA, "ann", "")
    assert not platform.verify(platform.page_address(item)).gone


def test_a_notice_reaches_the_poster_and_a_label_the_post_once():
    platform = site()
    item = platform.publish(DATA, "ann", "")
    notice = Notice("A decision about your post", "It is hidden.")
    for _ in range(2):
        platform.notify(item, notice, "k1")
        platform.label(item, "held-for-review", "k2")
    assert platform.notices == {"ann": [notice]}
    assert platform.labels == {item: ["held-for-review"]}


def test_a_removed_post_is_not_there_for_moderators_either():
    platform = site()
    item = platform.publish(DATA, "ann", "")
    platform.remove(item, "k")
    assert platform.posts() == ()
    with pytest.raises(NotFound):
        platform.fetch(item)
