"""What has to be assessed of the settings, and who checks it: beside a server or without one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from consentry.config import Settings
from consentry.core.assessment import Assessment, Subject, policy_digest, read_assessment
from consentry.core.capability import Capability
from consentry.core.ports import Ids, Store
from consentry.flows.assess import Assess, Signature
from consentry.law import read_files, shipped_assessment
from consentry.store.signing import sign_with, signed_by
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made

LawFiles = Mapping[str, Mapping[str, object]]
"""Law files by name, parsed."""


def law_files(settings: Settings) -> LawFiles:
    """The law files in force. Raises SetupTrouble."""
    return read_files(Path(settings.law) if settings.law else None)


def digest_in_force(settings: Settings, files: LawFiles | None = None) -> str:
    """What the policy is known by that a server with these settings would follow.

    Besides the law files it is what weakens or exchanges rules: measures that the operator does without,
    and a gate for adult content. Which places are served is not: knowing them leaves out only the law of
    other places, and never the floor.
    """
    adult = settings.capability if settings.capability != Capability.PEOPLE else ""
    choices = {"capability": adult, "not_covered": sorted(settings.not_covered)}
    return policy_digest(files if files is not None else law_files(settings), choices)


def assess_in(store: Store, ids: Ids) -> Assess:
    """Assessments in `store`."""
    return Assess(store, ids, signed_by, shipped)


def shipped() -> tuple[Assessment, Signature]:
    """The assessment of the policy we ship, and who approved it."""
    data = dict(shipped_assessment())
    approver = str(data.pop("approver"))
    return read_assessment(data), Signature(approver, key="", signature="")


def deploy_policy(settings: Settings, files: LawFiles, store: Store, ids: Ids) -> None:
    """Put the policy of `settings` into use. Raises SetupTrouble if nobody has assessed it."""
    assess_in(store, ids).deploy(Subject.POLICY, digest_in_force(settings, files))


@contextlib.contextmanager
def open_assess(settings: Settings) -> Iterator[Assess]:
    """Only what is needed to file assessments."""
    made(settings.directory)
    ids = RandomIds()
    store = open_store(settings.database_url, SystemClock(), ids)
    with contextlib.closing(store):
        yield assess_in(store, ids)


def signature_of(assessment: Assessment, approver: str, key: Path) -> Signature:
    """The approver's signature, with the key in the file `key`, which is made at the first use.

    Raises BadInput if the author signs, SetupTrouble if others may read the key.
    """
    message = assessment.message(approver)
    name = "-".join(approver.split()).replace("+", "-")
    vkey, signature = sign_with(key, name, message)
    return Signature(approver, vkey, signature)
