"""The kinds of what is filed never change their names: they are in databases and logs."""

from consentry.core.filing import FilingKind


def test_kinds_keep_their_names():
    assert {kind.name: kind.value for kind in FilingKind} == {
        "ASSESSMENT": "assessment",
        "DEPLOYMENT": "deployment",
        "NOTICE": "notice",
        "HOLD": "hold",
        "STATEMENT": "statement",
    }
