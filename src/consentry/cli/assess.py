"""`consentry assess`: the risks of a change, written by one person and signed by another, before it."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.assessment import Assessment, Subject, form, read_assessment, thing_digest
from consentry.core.errors import BadInput
from consentry.core.filing import Filing
from consentry.wiring import digest_in_force, open_assess, signature_of

_T = TypeVar("_T")

_FILE = click.Path(dir_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _of_policy(function: Callable[..., _T]) -> Callable[..., _T]:
    """What decides which policy is meant: as the server is given it."""
    for name, text in reversed(
        (
            ("--law", "Directory with law files of your own, as for the server."),
            ("--capability", "What the gate is for, as for the server."),
            ("--exposure-not-covered", "Measures you do without, as for the server."),
        )
    ):
        function = click.option(name, default=None, help=text)(function)
    return click.option(
        "--config", type=_FILE, default=None, envvar="CONSENTRY_CONFIG", help="A TOML file with settings."
    )(function)


def _stored(function: Callable[..., _T]) -> Callable[..., _T]:
    """Where assessments are filed."""
    url = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
    return click.option("--data", default=None, help="The data directory.")(url(function))


@click.group(epilog="Start with: consentry assess new assessment.toml --author NAME")
def assess() -> None:
    """Write, sign and check the assessment that every change needs before it."""


@assess.command(epilog="Example: consentry assess new change.toml --author 'Ada Lovelace' --law ./my-rules")
@click.argument("file", type=_FILE)
@click.option("--author", required=True, help="Who writes it.")
@click.option(
    "--subject",
    type=click.Choice([one.value for one in Subject]),
    default=Subject.POLICY.value,
    show_default=True,
    help="What is changed.",
)
@click.option("--thing", default="", help="Of a signal, a route or a generator: its name and version.")
@click.option(
    "--rehearsal",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The JSON that `consentry policy rehearse --json` printed.",
)
@_of_policy
@plain_errors
def new(
    *, file: Path, author: str, subject: str, thing: str, rehearsal: Path | None, **options: object
) -> None:
    """Write a form to FILE, in which every `?` is yours to answer."""
    kind = Subject(subject)
    digest = _digest(kind, thing, options)
    text = form(kind, digest, author, _rehearsed(rehearsal) if rehearsal else "")
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError:
        raise BadInput("The form cannot be written there; nothing is overwritten.", param="file") from None
    click.echo(f"Answer every `?` in {file.name}; then somebody else runs `consentry assess sign`.")


@assess.command(epilog="Example: consentry assess sign change.toml --approver 'Grace Hopper' --key grace.key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--approver", required=True, help="Who signs it: anybody but its author.")
@click.option("--key", type=_FILE, required=True, help="The approver's own key; made if it is not there.")
@_stored
@_JSON
@plain_errors
def sign(*, file: Path, approver: str, key: Path, as_json: bool, **options: object) -> None:
    """Approve the assessment in FILE: it is signed, filed, and stands in the log."""
    assessment = _read(file)
    signature = signature_of(assessment, approver, key)
    with open_assess(settings_from(options)) as assessments:
        show(_record(assessments.sign(assessment, signature)), as_json=as_json)


@assess.command(name="list", epilog="Example: consentry assess list --json")
@_stored
@_JSON
@plain_errors
def list_(*, as_json: bool, **options: object) -> None:
    """List what was assessed, and since when it has been in use."""
    with open_assess(settings_from(options)) as assessments:
        for filing in assessments.every():
            show(_record(filing), as_json=as_json)
        for filing in assessments.deployments():
            show({name: filing.record[name] for name in _DEPLOYED} | {"line": filing.line}, as_json=as_json)


_DEPLOYED = ("event", "subject", "digest", "assessment", "assessment_line", "signed_at", "deployed_at")


@assess.command(epilog="Example: consentry assess check --law ./my-rules && ./deploy")
@click.option("--also", multiple=True, help="Something else that must be assessed: KIND=NAME.")
@_of_policy
@_stored
@_JSON
@plain_errors
def check(*, also: Sequence[str], as_json: bool, **options: object) -> None:
    """Say whether this may be put into use: put it before your deployment. Ends with 3 if it may not."""
    wanted = [(Subject.POLICY, "", _digest(Subject.POLICY, "", options)), *map(_also, also)]
    missing = False
    with open_assess(settings_from(options)) as assessments:
        for subject, thing, digest in wanted:
            allowed = assessments.allowed(subject, digest)
            missing = missing or not allowed
            record = {"subject": subject.value, "thing": thing, "digest": digest, "assessed": allowed}
            show(record, as_json=as_json)
    if missing:
        sys.exit(ExitCode.SETUP_ERROR)


def _also(text: str) -> tuple[Subject, str, str]:
    kind, _, thing = text.partition("=")
    if kind not in set(Subject) - {Subject.POLICY}:
        raise BadInput("Say `generator=NAME`, `signal=NAME` or `route=NAME`.", param="also")
    return Subject(kind), thing, thing_digest(Subject(kind), thing)


def _digest(subject: Subject, thing: str, options: dict[str, object]) -> str:
    if subject is Subject.POLICY:
        return digest_in_force(settings_from(options))
    return thing_digest(subject, thing)


def _read(file: Path) -> Assessment:
    try:
        return read_assessment(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise BadInput("The assessment is not a readable TOML file.", param="file") from None


def _rehearsed(file: Path) -> str:
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BadInput("That is not what a rehearsal printed.", param="rehearsal") from None


def _record(filing: Filing) -> dict[str, object]:
    written = filing.record["assessment"]
    assessment = read_assessment(written if isinstance(written, dict) else {})
    return {
        "assessment": filing.id,
        "subject": assessment.subject.value,
        "digest": assessment.digest,
        "author": assessment.author,
        "approver": filing.record["approver"],
        "signed_at": filing.record["signed_at"],
        "rehearsal": assessment.rehearsal,
        "line": filing.line,
    }
