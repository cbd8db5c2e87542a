"""Reaches a platform's files by a command of the operator's: hide, show again, delete or fetch one file.

The command is started as `COMMAND… VERB PATH KEY`, without a shell. It ends with 0 if it did what it
was asked (or had done so under this key before), with 3 if there is no such file, and with anything
else if it could not. What it prints is the file, for `fetch`; what it complains of is not read.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Final

from consentry.core.errors import NotFound, UpstreamTrouble

SECONDS: Final = 30.0
"""Longest wait for the command, in seconds."""

NO_SUCH_FILE: Final = 3
"""How it ends if there is no such file."""

VERBS: Final = frozenset({"hide", "restore", "remove", "fetch"})
"""What it is asked for."""


class CommandStorage:
    """The files of one platform. Its command may be started several times at once."""

    def __init__(self, command: Sequence[str], seconds: float = SECONDS) -> None:
        """Start `command` for each order."""
        self._command, self._seconds = tuple(command), seconds

    def run(self, verb: str, path: str, key: str) -> bytes:
        """Carry out one order. Raises NotFound, or UpstreamTrouble."""
        if verb not in VERBS or path.startswith("-"):
            raise NotFound("There is no such file.")
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command; no shell reads the path
                [*self._command, verb, path, key],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired):
            raise _failed() from None
        if done.returncode == NO_SUCH_FILE:
            raise NotFound("There is no such file.")
        if done.returncode:
            raise _failed()
        return done.stdout


def _failed() -> UpstreamTrouble:
    return UpstreamTrouble("The command for the platform's files failed.", code="storage_failed")
