"""Dead jobs are seen and sent off again from the command line."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.core.ports import Job
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock


@pytest.fixture
def run(tmp_path):
    def runs(*words: str):
        return CliRunner().invoke(main, ["jobs", *words, "--data", str(tmp_path)])

    return runs


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'consentry.db'}", SystemClock(), RandomIds())
    with store.begin() as tx:
        for number in range(2):
            tx.enqueue(Job("hide", {"copy": f"cpy_{number}"}, f"hide:{number}", tx.now()))
    store._max_attempts = 1
    (job,) = store.claim(1, 60)
    store.retry(job, 0, "answered_500")
    yield store
    store.close()


def test_dead_jobs_are_listed_and_tried_again(run, store):
    (dead,) = map(json.loads, run("dead", "--json").output.splitlines())
    assert (dead["kind"], dead["copy"], dead["trouble"], dead["tries"]) == (
        "hide",
        "cpy_0",
        "answered_500",
        1,
    )
    assert "copy=cpy_1" in run("list").output
    assert "There are none." in run("dead", "--kind", "verify").output
    assert run("retry", str(dead["job"])).output == "retried: 1\n"
    assert store.queue()["ready"] == 2
    assert "There are none." in run("dead").output


def test_all_are_tried_again_at_once(run, store):
    assert json.loads(run("retry", "--all", "--json").output) == {"retried": 1}


def test_what_is_not_dead_is_not_tried_again(run, store):
    assert run("retry", "999").exit_code == 2
    for words in (("retry",), ("retry", "1", "--all")):
        found = run(*words)
        assert (found.exit_code, "consentry jobs dead" in found.output) == (2, True)
