"""An assessment of whatever settings a test has made up, by one made-up person and another."""

from __future__ import annotations

import tomllib
from pathlib import Path

from consentry.config import Settings
from consentry.core.assessment import OPEN, Assessment, Subject, form, read_assessment
from consentry.wiring import digest_in_force, open_assess, signature_of

DIGEST = "ab" * 32


def answered(digest: str = DIGEST, author: str = "Ada", rehearsal: str = "") -> str:
    """A form with every question answered."""
    text = form(Subject.POLICY, digest, author, rehearsal)
    for name in ("likelihood", "impact"):
        text = text.replace(f'{name} = "{OPEN}"', f'{name} = "low"')
    return text.replace(f'"{OPEN}"', '"Answered."')


def written(digest: str = DIGEST, author: str = "Ada", rehearsal: str = "") -> Assessment:
    """The same, read."""
    return read_assessment(tomllib.loads(answered(digest, author, rehearsal)))


def assessed(settings: Settings) -> None:
    """Have the policy of these settings assessed and signed."""
    assessment = written(digest_in_force(settings))
    key = Path(settings.data) / "approver.key"
    with open_assess(settings) as assessments:
        assessments.sign(assessment, signature_of(assessment, "Grace", key))
