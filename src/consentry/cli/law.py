"""`consentry law`: what the law asks for, where and since when, and whether every example still holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors
from consentry.core.content import Stage
from consentry.core.errors import BadInput
from consentry.core.law import Confidence, Jurisdiction, LegalClock, Provision
from consentry.core.lawbook import MEASURES, Lawbook, compile_book, declared
from consentry.core.lawfile import UNSEEN, measure_table
from consentry.core.lawproof import broken, gaps
from consentry.core.policy import AllOf, AnyOf, AtLeast, Condition, NoneOf, Rule
from consentry.law import read_files

EXTRA = click.argument(
    "directory", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(epilog="Start with: consentry law list")
def law() -> None:
    """Show and check the law files. This is research, not legal advice."""


@law.command("list", epilog="Example: consentry law list --json")
@EXTRA
@JSON
@plain_errors
def list_(directory: Path | None, as_json: bool) -> None:
    """List the places, with the law files in DIRECTORY if it is given."""
    book = _book(directory)
    rows = [_row(book, place) for place in book.jurisdictions]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            "{code:<8} {name:<28} {provisions:>3} provisions {clocks:>3} clocks {rules:>3} rules".format(
                **row
            )
        )


@law.command(epilog="Example: consentry law show gb")
@click.argument("code")
@EXTRA
@JSON
@plain_errors
def show(code: str, directory: Path | None, as_json: bool) -> None:
    """Show what the law of the place CODE asks for, with the law files in DIRECTORY if it is given."""
    book = _book(directory)
    found = [place for place in book.jurisdictions if code.lower() in {place.code, *place.covers}]
    if not found:
        codes = ", ".join(place.code for place in book.jurisdictions)
        raise BadInput(f"There is no law file for {code!r}.", param="code", next_step=f"Use one of: {codes}.")
    if as_json:
        click.echo(json.dumps(_whole(book, found[0])))
        return
    click.echo("\n".join(_section(book, found[0])))


@law.command(epilog="Example: consentry law check ./my-rules")
@EXTRA
@JSON
@plain_errors
def check(directory: Path | None, as_json: bool) -> None:
    """Compile every law file and run every example, with the law files in DIRECTORY if it is given.

    What no example proves is listed, too. Ends with 3 if a file cannot be used or an example fails.
    """
    book = _book(directory)
    failed: list[dict[str, object]] = [
        {"place": scenario.place, "day": str(scenario.day), "says": scenario.says, "failures": list(failures)}
        for scenario, failures in broken(book)
    ]
    unproved = gaps(book)
    counts = {"rules": len(book.rules), "clocks": len(book.clocks), "scenarios": len(book.scenarios)}
    if as_json:
        click.echo(json.dumps({**counts, "failed": failed, "unproved": unproved}))
    else:
        click.echo("\n".join(_findings(counts, failed, unproved)))
    if failed:
        sys.exit(ExitCode.SETUP_ERROR)


def _findings(
    counts: Mapping[str, int], failed: list[dict[str, object]], unproved: tuple[str, ...]
) -> Iterator[str]:
    for one in failed:
        yield f"FAILED {one['place']} {one['day']}: {one['says']}"
        yield from (f"    {failure}" for failure in _texts(one["failures"]))
    yield from (f"unproved {gap}" for gap in unproved)
    yield ", ".join(f"{count} {name}" for name, count in counts.items()) + f"; {len(failed)} failed"


def _texts(found: object) -> list[str]:
    return [str(text) for text in found] if isinstance(found, list) else []


def _book(directory: Path | None) -> Lawbook:
    """The whole book, as if every judge there can be were set up."""
    files = read_files(directory)
    return compile_book(files, declared(files))


def _rules(book: Lawbook, place: Jurisdiction) -> list[Rule]:
    return [rule for rule in book.rules if rule.id.startswith(f"{place.code}.")]


def _row(book: Lawbook, place: Jurisdiction) -> dict[str, object]:
    return {
        "code": place.code,
        "name": place.name,
        "extends": place.extends,
        "covers": sorted(place.covers),
        "provisions": len(place.provisions),
        "clocks": len(place.clocks),
        "rules": len(_rules(book, place)),
    }


def _whole(book: Lawbook, place: Jurisdiction) -> dict[str, object]:
    return {
        **_row(book, place),
        "provisions": [_provision_record(provision) for provision in place.provisions],
        "clocks": [
            {"id": clock.id, "hours": clock.hours, "trigger": clock.trigger, "cite": clock.provision.cite}
            for clock in place.clocks
        ],
        "rules": [
            {
                "id": rule.id,
                "stage": rule.stage,
                "when": plain(rule.when),
                "outcome": rule.outcome.name.lower(),
                "duties": sorted(rule.duties),
                "cite": rule.provision.cite,
                "says": rule.says,
            }
            for rule in _rules(book, place)
        ],
    }


def _provision_record(provision: Provision) -> dict[str, object]:
    return {
        "id": provision.id,
        "cite": provision.cite,
        "url": provision.url,
        "since": str(provision.since) if provision.since else None,
        "until": str(provision.until) if provision.until else None,
        "confidence": provision.confidence,
        "text": provision.text,
    }


def plain(condition: Condition) -> str:
    """A condition as people would say it, such as `person >= 0.5 and not (consent.make >= 0.5)`."""
    match condition:
        case AtLeast(measure, threshold) if threshold >= UNSEEN:
            return f"nobody could look at {measure}"
        case AtLeast(measure, threshold):
            return f"{measure} >= {threshold:g}"
        case AllOf(parts):
            return " and ".join(_nested(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_nested(part) for part in parts)
        case NoneOf(()):
            return "always"
        case NoneOf(parts):
            return f"not ({' or '.join(_nested(part) for part in parts)})"


def _nested(condition: Condition) -> str:
    many = isinstance(condition, AllOf | AnyOf) and len(condition.parts) > 1
    return f"({plain(condition)})" if many else plain(condition)


def page() -> Iterator[str]:
    """The lines of docs/reference/law.md: measures, then every place with its law, clocks and rules."""
    files = read_files()
    book = compile_book(files, declared(files))
    yield from ("# Law", "", *PREFACE, "", "## What is measured", "")
    yield from ("| Measure | Stages | What it means |", "|---|---|---|")
    for name, stages, meaning in measure_table(files[MEASURES]):
        yield f"| `{name}` | {', '.join(stage for stage in Stage if stage in stages)} | {_cell(meaning)} |"
    first = sorted(book.jurisdictions, key=lambda place: (not place.always, place.code))
    for place in first:
        yield from ("", *_section(book, place))


PREFACE = (
    "What Consentry does because somebody's law, or its own floor, asks for it. It is research in our own",
    "words, not legal advice; follow the addresses for the text that binds. A rule applies unless it is",
    "certainly false, so what nobody could look at is never an advantage. A rule whose provision is not in",
    "force yet is run in shadow: it is reported and binds nobody. The floor and the terms count everywhere;",
    "knowing a place can only add rules; a place nobody knows counts as every place. A clock that rests on",
    "a low confidence is shown and never shortens a deadline.",
)
"""What the page begins with."""


def _section(book: Lawbook, place: Jurisdiction) -> Iterator[str]:
    """One place: its provisions, its clocks, its rules."""
    yield f"## {place.name} (`{place.code}`)"
    if place.covers:
        yield from ("", f"Also: {', '.join(f'`{code}`' for code in sorted(place.covers))}.")
    yield from ("", "| Provision | In force | Confidence | What it asks for |", "|---|---|---|---|")
    yield from (_provision(provision) for provision in place.provisions)
    if place.clocks:
        yield from ("", "| Clock | Hours | Starts with | Rests on |", "|---|---|---|---|")
        yield from (_clock(clock) for clock in place.clocks)
    rules = _rules(book, place)
    if rules:
        yield from ("", "| Rule | If | Then | Why |", "|---|---|---|---|")
        yield from (_rule(rule) for rule in rules)


def _provision(provision: Provision) -> str:
    cite = f"[{_cell(provision.cite)}]({provision.url})"
    return f"| {cite} | {_period(provision)} | {provision.confidence} | {_cell(provision.text)} |"


def _period(provision: Provision) -> str:
    if provision.since is None:
        return "not known"
    since = "always" if provision.since.year == 1 else f"from {provision.since}"
    return f"{since} until {provision.until}" if provision.until else since


def _clock(clock: LegalClock) -> str:
    hours = "at once" if clock.hours == 0 else str(clock.hours)
    weak = " (shown only)" if clock.provision.confidence is Confidence.LOW else ""
    starts = clock.trigger.replace("_", " ")
    return f"| `{clock.id}` | {hours}{weak} | {starts} | {_cell(clock.provision.cite)} |"


def _rule(rule: Rule) -> str:
    then = ", ".join([rule.outcome.name.lower(), *(duty.replace("_", " ") for duty in sorted(rule.duties))])
    return f"| `{rule.id}` | {_cell(plain(rule.when))} | {then} | {_cell(rule.says)} |"


def _cell(text: str) -> str:
    """Text as it can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")
