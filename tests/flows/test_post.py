"""Words and links that are posted: judged by the rules of uploads, and never written down."""

import pytest

from consentry.core.content import Account, Post, Stage
from consentry.core.policy import Outcome
from consentry.flows.post import screen_post
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, Eye, StillClock, judge, rule

POST = Post(Account("poster"), "about Quillmouth", ("https://quillmouth.example",), "site", "post-1", "gb")


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def post(store, score, *more):
    rules = [rule("m", Outcome.REFUSE, Stage.UPLOAD), *more]
    one = judge(store, Eye("m", score), stage=Stage.UPLOAD, rules=rules)
    return screen_post(POST, judge=one, pictures={"p"})


def test_the_rules_of_uploads_decide(store):
    assert post(store, 0.9).decision.outcome is Outcome.REFUSE
    assert post(store, 0.0).decision.outcome is Outcome.ALLOW


def test_what_only_a_picture_could_have_was_not_there(store):
    assert post(store, 0.0, rule("p", Outcome.HOLD, Stage.UPLOAD)).decision.outcome is Outcome.ALLOW


def test_the_record_names_the_post_and_repeats_nothing_of_it(store):
    judged = post(store, 0.9)
    written = str(store.line(judged.place).record)
    assert "post-1" in written
    assert "uillmouth" not in written
