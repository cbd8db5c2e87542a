"""A conversation goes on from our record, for whose it is, until its end; then nothing of it is left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.content import Account
from consentry.core.errors import NotFound
from consentry.core.fleeting import EVERY
from consentry.flows.conversation import PORTION, Conversations, Told
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock, picture, request

HOUR = timedelta(hours=1)
ME = request().account.id


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds())


@pytest.fixture
def blobs():
    return MemoryBlobs(CountingIds())


@pytest.fixture
def talks(store, blobs):
    return Conversations(store, blobs, HOUR, 1_000)


def kept(blobs):
    return len(vars(blobs)["_kept"])


def gone(talks, decision="dec_1", account=ME):
    with pytest.raises(NotFound):
        talks.find(decision, account)
    return True


def test_every_word_and_picture_of_the_caller_comes_back_and_of_ours_the_first_and_the_newest(talks):
    asked = replace(
        request("now by night", b"in 1", b"in 2"),
        earlier=("a harbour", "with boats"),
        made=(picture(b"made 1"), picture(b"made 2")),
    )
    talks.keep("dec_1", asked, [b"made 3", b"made 4"])
    words = ("a harbour", "with boats", "now by night")
    assert talks.find("dec_1", ME) == Told(words, (b"in 1", b"in 2"), (b"made 1", b"made 4"))


def test_one_image_is_both_the_first_and_the_newest(talks):
    talks.keep("dec_1", request(), [b"made"])
    assert talks.find("dec_1", ME).made == (b"made",)


def test_nobody_elses_and_none_that_was_never_kept_is_found(talks):
    talks.keep("dec_1", request(), [b"made"])
    assert gone(talks, account="somebody")
    assert gone(talks, "dec_2")


def test_it_is_found_until_its_end_and_the_next_sweep_leaves_nothing(talks, store, blobs, clock):
    talks.keep("dec_1", request(), [b"made"])
    clock.move(seconds=HOUR.total_seconds() - 1)
    assert talks.find("dec_1", ME)
    clock.move(seconds=1)
    assert gone(talks)
    clock.move(seconds=EVERY.total_seconds())
    (job,) = store.claim(9, 60)
    talks.run(job)
    assert not kept(blobs)
    assert store.queue()["done"] == 1
    with store.read() as view:
        assert not view.fleeting_of(ME)


def test_a_sweep_takes_everything_that_has_ended_and_nothing_else(talks, store, blobs, clock):
    for number in range(PORTION + 1):
        talks.keep(f"dec_{number}", request(), [b"made"])
    clock.move(seconds=HOUR.total_seconds() + EVERY.total_seconds())
    talks.keep("dec_new", request(), [b"made"])
    (job,) = store.claim(9, 60)
    talks.run(job)
    assert kept(blobs) == 1
    assert talks.find("dec_new", ME)


def test_an_account_has_everything_of_its_own_destroyed_and_the_log_says_so(talks, store, blobs):
    talks.keep("dec_1", request(), [b"made"])
    talks.keep("dec_2", replace(request(), account=Account("somebody")), [b"made"])
    assert talks.forget(ME) == 1
    assert gone(talks)
    assert talks.find("dec_2", "somebody")
    assert kept(blobs) == 1
    assert b'"count":1' in store.line(0).record
    assert talks.forget(ME) == 0


def test_neither_a_probes_nor_one_too_large_is_kept_nor_any_if_it_is_off(talks, store, blobs):
    talks.keep("dec_1", request("x", b"1" * 500), [b"2" * 501])
    talks.keep("dec_2", replace(request(), account=Account(ME, probe=True)), [b"made"])
    replace(talks, lasts=timedelta(0)).keep("dec_3", request(), [b"made"])
    assert not kept(blobs)
    talks.keep("dec_4", request("x", b"1" * 500), [b"2" * 500])
    assert kept(blobs) == 1


def test_what_could_not_be_named_leaves_no_bytes_behind(talks, blobs, clock):
    clock.now = None
    with pytest.raises(TypeError):
        talks.keep("dec_1", request(), [b"made"])
    assert not kept(blobs)
