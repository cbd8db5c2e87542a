"""Small law files to compile in tests: a floor, and a place with one provision, rule and scenario."""

from __future__ import annotations

import copy
from datetime import date

from consentry.core.content import Stage

MEASURES = {
    "prompt.harm": frozenset({Stage.ASK}),
    "exposure.explicit": frozenset({Stage.ANSWER, Stage.UPLOAD}),
    "known.case": frozenset({Stage.ASK, Stage.UPLOAD}),
}


def provision(name: str, **changes: object) -> dict[str, object]:
    """A provision that binds from 29 June 2026."""
    made = {
        "id": name,
        "cite": "Pictures Act 2026 s.1",
        "url": "https://law.example/1",
        "since": date(2026, 6, 29),
        "text": "Take pictures down.",
    }
    return without(made | changes)


def rule(name: str, cited: str, **changes: object) -> dict[str, object]:
    """A rule that refuses uploads of known pictures."""
    made = {
        "id": name,
        "stage": "upload",
        "provision": cited,
        "when": "known.case >= 0.5",
        "outcome": "refuse",
        "harm": "intimate_shared",
        "says": "This picture was reported.",
    }
    return without(made | changes)


def clock(name: str, cited: str, **changes: object) -> dict[str, object]:
    """A clock of 48 hours after a report."""
    made = {"id": name, "provision": cited, "trigger": "person_report", "hours": 48}
    return without(made | changes)


def judged(**changes: object) -> dict[str, object]:
    """A scenario in which a known picture is posted on the first day."""
    made = {
        "says": "A known picture is refused.",
        "day": date(2026, 6, 29),
        "stage": "upload",
        "findings": {"known.case": 1},
        "expect": "refuse",
    }
    return without(made | changes)


def timed(**changes: object) -> dict[str, object]:
    """A scenario in which a report arrives on the first day."""
    made = {"says": "A report starts the clock.", "day": date(2026, 6, 29), "trigger": "person_report"}
    return without(made | changes)


def floor() -> dict[str, object]:
    """A floor with one rule."""
    ours = provision("floor.copies", since=date.min, ground="terms")
    return {"name": "Floor", "provision": [ours], "rule": [rule("floor.upload.known", "floor.copies")]}


def place(code: str = "ex", **changes: object) -> dict[str, object]:
    """A place with one provision and one rule."""
    made = {
        "name": "Exampleland",
        "provision": [provision(f"{code}.act.s1")],
        "rule": [rule(f"{code}.upload.known", f"{code}.act.s1")],
    }
    return without(made | changes)


def files(**more: object) -> dict[str, dict[str, object]]:
    """A floor and whatever files are given, by name; a `-` in a name is written `_`."""
    return copy.deepcopy({"floor": floor()} | {name.replace("_", "-"): data for name, data in more.items()})


def without(made: dict[str, object]) -> dict[str, object]:
    """`made` without the keys whose value is None."""
    return {key: value for key, value in made.items() if value is not None}
