"""In CI a test that did not run is a test that failed, unless the reason is written down."""

import os
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

LIST = "tests/project/allowed_skips.toml"
"""`[[skip]]` tables with `test` (a node id, `*` allowed) and `reason`."""


def allowed(root: Path) -> dict[str, str]:
    """Reasons by test, as written in the list; empty if there is none."""
    try:
        text = (root / LIST).read_text()
    except FileNotFoundError:
        return {}
    return {skip["test"]: skip["reason"] for skip in tomllib.loads(text).get("skip", [])}


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        config.pluginmanager.register(NoQuietSkips(allowed(config.rootpath)), "no-quiet-skips")


class NoQuietSkips:
    """Turns every skip or expected failure that is not on the list into a failure."""

    def __init__(self, reasons: dict[str, str]) -> None:
        self.reasons = reasons

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item):
        report = yield
        return self._judge(report, item.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector):
        report = yield
        return self._judge(report, collector.nodeid)

    def _judge(self, report, node: str):
        if report.outcome != "skipped" or any(fnmatch(node, pattern) for pattern in self.reasons):
            return report
        report.outcome = "failed"
        report.longrepr = f"{node} did not run, and {LIST} does not say why that is fine: {why(report)}"
        return report


def why(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason a skipped report gives."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    return getattr(report, "wasxfail", "") or "no reason given"
