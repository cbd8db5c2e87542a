import subprocess
import sys

import pytest

from attacks.conftest import ROOT

START = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom consentry.media.sandbox import confine, limit\n"


def run(code):
    """Run `code` in an interpreter of its own and give back its exit code."""
    return subprocess.run([sys.executable, "-I", "-c", START + code], check=False, timeout=60).returncode


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/hostname')",
        "__import__('os').fork()",
        "__import__('socket').socket()",
        "bytearray(900 << 20)",
    ],
)
def test_what_is_denied_works_before_and_fails_after(attempt):
    code = f"try:\n    {attempt}\nexcept (OSError, MemoryError):\n    os._exit(3)\nos._exit(0)"
    assert run("import os, socket\n" + code) == 0
    assert run("import os, socket\nconfine(600)\n" + code) == 3


def test_an_unlisted_call_ends_the_process():
    assert run("import os\nconfine(600)\nos.getppid()") == -31


def test_limits_hold_without_a_filter_too():
    code = "limit(600)\ntry:\n    open('/etc/hostname')\nexcept OSError:\n    sys.exit(3)"
    assert run(code) == 3


def test_without_libseccomp_there_is_no_sandbox_and_it_says_so():
    code = (
        "import os\nfrom consentry.core.errors import SetupTrouble\nsys.modules['pyseccomp'] = None\n"
        "try:\n    confine(600)\nexcept SetupTrouble:\n    os._exit(3)"
    )
    assert run(code) == 3
