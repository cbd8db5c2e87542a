"""`consentry key`: keys for programs, and the key that permits are signed with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import timedelta

import click
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.entry import stamp
from consentry.flows.access import SCOPES, Access
from consentry.wiring import change_permit_key, open_access, open_provenance, permit_key


@click.group()
def key() -> None:
    """Make, list and take back keys for programs; show the one for permits."""


_DATA = click.option("--data", default=None, help="The data directory.")
_DATABASE = click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@key.command(epilog="Example: consentry key create --data ./data --scopes gate,screen --label shop")
@_DATA
@_DATABASE
@click.option("--scopes", required=True, help=f"What it may do: {', '.join(sorted(SCOPES))}.")
@click.option("--label", default="", help="What you call it.")
@click.option("--tier", default="", help="What the account pays for: recorded, never weighed.")
@click.option("--days", default=365, show_default=True, help="How long it lasts.")
@_JSON
@plain_errors
def create(scopes: str, label: str, tier: str, days: int, as_json: bool, **options: object) -> None:
    """Make a key and show it once."""
    wanted = frozenset(scope.strip() for scope in scopes.split(",") if scope.strip())
    with _access(options) as access:
        made, shown = access.make(label, wanted, tier, timedelta(days=days))
    record = {"key": shown, "id": made.id, "scopes": sorted(made.scopes), "expires": stamp(made.expires)}
    show(record, as_json=as_json)


@key.command(name="list", epilog="Example: consentry key list --data ./data --json")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def list_keys(as_json: bool, **options: object) -> None:
    """List keys; what is secret of them is not stored."""
    with _access(options) as access, access.store.read() as snapshot:
        every = snapshot.keys()
        for found in every:
            record: dict[str, object] = {
                "id": found.id,
                "label": found.label,
                "scopes": sorted(found.scopes),
                "expires": stamp(found.expires),
                "revoked": found.revoked,
            }
            show(record, as_json=as_json)


@key.command(epilog="Example: consentry key revoke 4kq… --data ./data")
@click.argument("key_id")
@_DATA
@_DATABASE
@_JSON
@plain_errors
def revoke(key_id: str, as_json: bool, **options: object) -> None:
    """Take a key back, at once."""
    with _access(options) as access:
        found = access.revoke(key_id)
    show({"id": found.id, "revoked": found.revoked}, as_json=as_json)


@key.command(epilog="Example: consentry key permit --data ./data")
@_DATA
@click.option("--origin", default=None, help="The log's name, which the key's name begins with.")
@click.option("--next", "wanted", flag_value="next", help="Make the key that will follow, and show it.")
@click.option("--change", "wanted", flag_value="change", help="Sign with it from the server's next start.")
@plain_errors
def permit(wanted: str | None, **options: object) -> None:
    """Show the key by which a guard knows our permits; replace it in two steps, without a gap."""
    settings = settings_from(options)
    if wanted == "change":
        change_permit_key(settings)
    click.echo(permit_key(settings, following=wanted == "next"))


@key.command(epilog="Example: consentry key provenance --data ./data > root.pem")
@_DATA
@click.option("--provenance-chain", default=None, help="Your own certificates, if not in the data directory.")
@click.option("--provenance-key", default=None, help="The key of the first of them.")
@_JSON
@plain_errors
def provenance(as_json: bool, **options: object) -> None:
    """Show the root certificate that images are signed under; one is made if there is none."""
    root = open_provenance(settings_from(options)).root
    pem = root.public_bytes(Encoding.PEM).decode()
    if not as_json:
        click.echo(pem, nl=False)
        return
    digest = root.fingerprint(SHA256()).hex()
    show({"root": pem, "sha256": digest, "until": stamp(root.not_valid_after_utc)}, as_json=True)


@contextlib.contextmanager
def _access(options: Mapping[str, object]) -> Iterator[Access]:
    access = open_access(settings_from(options))
    try:
        yield access
    finally:
        access.store.close()
