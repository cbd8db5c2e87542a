"""The guards that watch the other tests are watched themselves: skips in CI, the canary, the order."""

import base64
import logging
import os
from pathlib import Path

import pytest

from plugins.canary import Canary
from plugins.order import place
from project.shelf import ROOT

SKIPPING = """
import pytest

@pytest.mark.skip(reason="no browser")
def test_skipped(): pass

@pytest.mark.xfail(reason="not yet", strict=True)
def test_expected_to_fail(): assert False

def test_fine(): pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """An empty project that loads our plugins."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'tests'}")
    monkeypatch.setenv("CI", "true")
    pytester.makeini("[pytest]\naddopts = -p plugins.skips -p plugins.canary -p no:cacheprovider")
    return pytester


def test_in_ci_a_test_that_did_not_run_has_failed(project: pytest.Pytester):
    project.makepyfile(SKIPPING)
    project.runpytest_subprocess().assert_outcomes(passed=1, failed=1, errors=1)


def test_in_ci_a_skip_with_a_written_reason_stands(project: pytest.Pytester):
    project.makepyfile(test_some=SKIPPING)
    (project.mkdir("tests") / "project").mkdir()
    list_ = project.path / "tests" / "project" / "allowed_skips.toml"
    list_.write_text('[[skip]]\ntest = "test_some.py::*"\nreason = "this is only an example"\n')
    project.runpytest_subprocess().assert_outcomes(passed=1, skipped=1, xfailed=1)


def test_a_whole_file_that_skips_itself_is_seen(project: pytest.Pytester):
    project.makepyfile("import pytest\npytest.importorskip('no_such_module_at_all')")
    assert project.runpytest_subprocess().ret != 0


def test_outside_ci_a_skip_is_a_skip(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CI")
    project.makepyfile(SKIPPING)
    project.runpytest_subprocess().assert_outcomes(passed=1, skipped=1, xfailed=1)


LEAKS = {
    "a log line": "logging.getLogger('x').debug('got %s', canary.prompt)",
    "a field of a log record": "logging.getLogger('x').info('got', extra={'who': canary.email})",
    "an error in the log": "log_error(canary.prompt)",
    "standard output": "print(canary.passphrase)",
    "standard error": "print(canary.token, file=sys.stderr)",
    "a metric": "Counter('seen', 'Seen.', ['who']).labels(canary.email).inc()",
    "a file in the data directory": "canary.watch(path); (path / 'db').write_bytes(canary.email.encode())",
    "a form in a file": "canary.watch(path); (path / 'f').write_text(canary.passphrase.replace(' ', '+'))",
    "a dump of a database": "canary.dump('database', lambda: 'row ' + canary.prompt)",
    "a file left behind": "Path(tempfile.gettempdir(), 'left').write_text(canary.token)",
    "a temporary file that is gone again": "tempfile.NamedTemporaryFile().close()",
    "one more secret": "canary.more.append('cty_123_abcdef'); print('cty_123_abcdef')",
}

LEAKING = """
import logging, sys, tempfile
from pathlib import Path
import pytest
from prometheus_client import REGISTRY, Counter

def log_error(text):
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("x").exception("failed")

@pytest.fixture(autouse=True)
def _no_metric_stays():
    yield
    for counter in set(REGISTRY._names_to_collectors.values()):
        REGISTRY.unregister(counter)

LEAKS = %r

@pytest.mark.parametrize("line", LEAKS)
def test_leak(line, canary, tmp_path):
    exec(line, globals() | {"canary": canary, "path": tmp_path})
"""


def test_the_canary_finds_every_kind_of_leak(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(project.mkdir("temporary")))
    project.makepyfile(LEAKING % list(LEAKS.values()))
    done = project.runpytest_subprocess("--basetemp", str(project.path / "base"))
    done.assert_outcomes(passed=len(LEAKS), errors=len(LEAKS))


def test_the_canary_is_silent_where_nothing_leaks(canary: Canary, tmp_path: Path):
    canary.watch(tmp_path)
    canary.dump("database", lambda: b"nothing")
    (tmp_path / "data").write_bytes(b"nothing either")
    logging.getLogger("consentry").info("a request was held")


def test_the_canary_never_repeats_itself():
    assert not set(Canary().secrets().values()) & set(Canary().secrets().values())


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_base64_is_seen_wherever_the_text_begins(before: str):
    bird = Canary()
    assert bird.found_in("a file", base64.b64encode(f"{before}{bird.token} and more".encode()))


def test_a_secret_too_short_to_be_told_from_chance_is_refused():
    with pytest.raises(AssertionError, match="too short"):
        Canary(more=["short"]).found_in("a file", "long enough")


def test_units_run_before_stories_and_docs_last():
    paths = [
        "tests/core/test_x.py",
        "tests/test_config.py",
        "tests/stories/test_x.py",
        "tests/project/test_x.py",
    ]
    places = [place(ROOT / path, ROOT) for path in [*paths, "docs/flow.md"]]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


HURRYING = """
import os

def test_that_takes_the_machine_for_itself():
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))

def test_fine():
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
"""


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="this system has no such priorities")
def test_a_test_that_takes_the_machine_for_itself_has_failed(project: pytest.Pytester):
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return  # nobody here can, and so no test can either
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    project.makepyfile(HURRYING)
    done = project.runpytest_subprocess("-p", "plugins.priority")
    done.assert_outcomes(passed=2, errors=1)
