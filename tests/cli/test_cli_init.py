"""Scripts rely on how a command ends."""

from consentry.cli import ExitCode


def test_exit_codes_never_change():
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "USER_ERROR": 2,
        "SETUP_ERROR": 3,
        "UNAVAILABLE": 4,
        "ALARM": 5,
    }
