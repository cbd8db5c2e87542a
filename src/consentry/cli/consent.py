"""`consentry consent`: what people depicted agreed to, recorded, shown and taken back by the operator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.consent import Consent, Use
from consentry.core.entry import stamp
from consentry.flows.consent import Consents, Terms
from consentry.wiring import open_consents

OPERATOR = ""
"""Who the operator is to a consent: nobody's key, so that every consent is shown."""


@click.group()
def consent() -> None:
    """Keep consents of people depicted."""


_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@consent.command(
    epilog="Example: consentry consent add --data ./data --person p-17 --account 4kq… --days 30 "
    "--adult --evidence contract-2026-114 portrait.png"
)
@click.argument("pictures", nargs=-1, type=_FILE)
@_DATA
@_DATABASE
@click.option("--person", required=True, help="A pseudonymous name of the person.")
@click.option("--account", required=True, help="The only account that may rely on it: a key's id.")
@click.option("--use", type=click.Choice([use.value for use in Use]), default="make", show_default=True)
@click.option("--days", type=int, required=True, help="For how long.")
@click.option("--evidence", required=True, help="Where the proof of the agreement is kept.")
@click.option("--route", "routes", multiple=True, help="An entry point it is for; none: all.")
@click.option("--adult", is_flag=True, help="Somebody verified that the person is an adult.")
@_JSON
@plain_errors
def add(pictures: tuple[Path, ...], as_json: bool, **options: object) -> None:
    """Record a consent for PICTURES, which are hashed and not kept; without any, for words alone."""
    routes = options.pop("routes")
    terms = Terms(
        person=str(options.pop("person")),
        account=str(options.pop("account")),
        use=Use(str(options.pop("use"))),
        adult=options.pop("adult") is True,
        lasts=timedelta(days=int(str(options.pop("days")))),
        evidence=str(options.pop("evidence")),
        routes=frozenset(routes) if isinstance(routes, tuple) else frozenset(),
        pictures=[file.read_bytes() for file in pictures],
    )
    with _consents(options) as consents:
        given = consents.record(terms, OPERATOR)
    show(_record(given.consent) | {"passphrase": given.passphrase}, as_json=as_json)


@consent.command(name="show", epilog="Example: consentry consent show cns_… --data ./data --json")
@click.argument("reference")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def show_one(reference: str, as_json: bool, **options: object) -> None:
    """Show one consent."""
    with _consents(options) as consents:
        show(_record(consents.show(reference, OPERATOR)), as_json=as_json)


@consent.command(name="list", epilog="Example: consentry consent list --data ./data")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def list_consents(as_json: bool, **options: object) -> None:
    """List every consent."""
    with _consents(options) as consents:
        for found in consents.every():
            show(_record(found), as_json=as_json)


@consent.command(epilog="Example: consentry consent withdraw cns_… --data ./data")
@click.argument("reference")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def withdraw(reference: str, as_json: bool, **options: object) -> None:
    """Take a consent back for the person. It counts from the next request on."""
    with _consents(options) as consents:
        show(_record(consents.withdraw(reference, OPERATOR)), as_json=as_json)


@contextlib.contextmanager
def _consents(options: Mapping[str, object]) -> Iterator[Consents]:
    with open_consents(settings_from(options)) as (consents, _):
        yield consents


def _record(found: Consent) -> dict[str, object]:
    return {
        "reference": found.id,
        "person": found.person,
        "account": found.account,
        "use": found.use.value,
        "routes": sorted(found.routes),
        "inputs": len(found.inputs),
        "given": stamp(found.given),
        "expires": stamp(found.expires),
        "withdrawn": stamp(found.revoked) if found.revoked else None,
        "evidence": found.evidence,
    }
