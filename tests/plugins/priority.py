"""Fails a test that leaves the process with real-time priority, which would starve the whole machine."""

import os

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item):
    try:
        return (yield)
    finally:
        if os.sched_getscheduler(0) in {os.SCHED_FIFO, os.SCHED_RR}:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            pytest.fail(f"{item.nodeid} left the process with real-time priority")
