"""`consentry recall`: what came of one account, consent, decision, prompt or picture, called back."""

from __future__ import annotations

from pathlib import Path

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.errors import BadInput
from consentry.core.making import Handle, prompt_digest
from consentry.flows.recall import Recall, Target
from consentry.wiring import open_prompt_key, open_recall

BY = "operator"
"""Who called it back, in the log."""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog="Example: consentry recall --account 4kq… --data ./data --dry-run")
@click.option("--account", default=None, help="Everything that an account asked for.")
@click.option("--consent", default=None, help="Everything that was made under a consent.")
@click.option("--decision", default=None, help="What left under one decision.")
@click.option(
    "--input", "input_", type=_FILE, default=None, help="What was made from a picture or its copies."
)
@click.option("--prompt", type=_FILE, default=None, help="What came of a prompt, read from a file.")
@click.option("--undo", default=None, help="Show again what a recall hid, by its reference.")
@click.option("--dry-run", is_flag=True, help="Count, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def recall(  # noqa: PLR0913 - one option for each thing that can be called back
    *,
    account: str | None,
    consent: str | None,
    decision: str | None,
    input_: Path | None,
    prompt: Path | None,
    undo: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **options: object,
) -> None:
    """Hide every known copy of what came of one thing. It is counted first; a server carries it out."""
    settings = settings_from(options)
    named = {Handle.ACCOUNT: account, Handle.CONSENT: consent, Handle.DECISION: decision}
    targets: list[Target] = [(handle, value) for handle, value in named.items() if value]
    if prompt:
        digest = prompt_digest(prompt.read_text(), open_prompt_key(settings))
        targets.append((Handle.PROMPT, digest))
    if len(targets) + bool(input_) + bool(undo) != 1:
        raise BadInput("Name exactly one thing: an account, a consent, a decision, a picture, or a prompt.")
    with open_recall(settings) as flow:
        if undo:
            show({"recall": undo, "shown_again": flow.undo(undo, BY)}, as_json=as_json)
            return
        targets += flow.made_from(input_.read_bytes()) if input_ else ()
        _call_back(flow, targets, dry_run=dry_run, yes=yes, as_json=as_json)


def _call_back(flow: Recall, targets: list[Target], *, dry_run: bool, yes: bool, as_json: bool) -> None:
    counted = flow.count(targets)
    images = {state.value: number for state, number in sorted(counted.images.items())}
    record: dict[str, object] = {"images": images, "known_copies": counted.copies}
    if dry_run or not images:
        show(record, as_json=as_json)
        return
    if not yes:
        click.echo(f"{sum(images.values())} images, {counted.copies} known copies.", err=True)
        click.confirm("Call them back?", abort=True, err=True)
    show({**record, "recall": flow.begin(targets, BY)}, as_json=as_json)
