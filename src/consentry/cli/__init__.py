"""One file per noun of the command line."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How every command ends, so that scripts can tell whose turn it is."""

    OK = 0
    """It worked."""
    USER_ERROR = 2
    """What was asked for cannot be: a wrong argument, or something that does not exist."""
    SETUP_ERROR = 3
    """The operator's settings or law files are at fault."""
    ALARM = 5
    """Everything answered, and what it says needs somebody's attention now."""
    UNAVAILABLE = 4
    """Something that is needed did not answer; try again later."""
