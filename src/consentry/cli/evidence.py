"""`consentry evidence`: a pack for a regulator or a court, and a look at it that asks nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, show
from consentry.core import evidence as packs
from consentry.core.errors import BadInput
from consentry.flows.evidence import Scope
from consentry.web.evidence import summary
from consentry.wiring import open_evidence, read_pack, seal_pack, verify_pack

_T = TypeVar("_T")
_DAY = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])
_READ = click.Path(exists=True, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

NAMES = ("case", "decision", "account", "route")
"""What a pack can be about."""


def _scoped(function: Callable[..., _T]) -> Callable[..., _T]:
    """What the pack is about."""
    function = click.option("--until", "--to", "until", type=_DAY, help="Before when, UTC.")(function)
    function = click.option("--since", "--from", "since", type=_DAY, help="From when on, UTC.")(function)
    for name in reversed(NAMES):
        function = click.option(f"--{name}", default=None, help=f"Everything about one {name}.")(function)
    return function


@click.group(epilog="Start with: consentry evidence make --case C-7KQ2-M4XD --to-key KEYFILE")
def evidence() -> None:
    """Make a pack of evidence from the log, sealed to its recipient, and verify one offline."""


@evidence.command(
    epilog="Example: consentry evidence make --case C-7KQ2-M4XD --to-key ofcom.pub --by 'Ada L.'"
)
@_scoped
@click.option(
    "--to-key", "keys", type=_READ, multiple=True, required=True, help="A file with an age public key."
)
@click.option("--out", type=click.Path(path_type=Path), default="evidence.tar.age", show_default=True)
@click.option("--by", "maker", required=True, help="Who makes it, and answers for it.")
@click.option("--data", default=None, help="The data directory.")
@click.option("--database", default=None, help="SQLAlchemy URL, if not in the data directory.")
@click.option("--origin", default=None, help="The log's name, as for the server.")
@click.option("--law", default=None, help="Law files in force besides ours.")
@_JSON
@plain_errors
def make(
    *,
    since: datetime | None,
    until: datetime | None,
    keys: Sequence[Path],
    out: Path,
    maker: str,
    as_json: bool,
    **options: object,
) -> None:
    """Write everything the log says about one thing or a period, with proofs, for the holder of a key."""
    scope = _scope({name: options.pop(name) for name in NAMES}, since, until)
    recipients = [line for key in keys for line in key.read_text(encoding="utf-8").splitlines()]
    console = Console(stderr=True)
    with open_evidence(settings_from(options)) as packer, console.status("gathering"):
        found = packer.gather.gather(scope, maker=maker)
        digests = {name: packs.digest(data) for name, data in found.files.items()}
        page = summary(found.about, found.rows, found.decisions, digests)
        data = seal_pack(packer.files(found, page), [line for line in recipients if not line.startswith("#")])
    out.write_bytes(data)
    record = {name: found.about[name] for name in ("about", "lines", "decisions", "erased", "size", "key")}
    show({"pack": out.name, "bytes": len(data), "sha256": packs.digest(data), **record}, as_json=as_json)


def _scope(named: dict[str, object], since: datetime | None, until: datetime | None) -> Scope:
    given = {name: str(value) for name, value in named.items() if value}
    if len(given) > 1 or not (given or since or until):
        raise BadInput("Say what the pack is about: one case, decision, account or route, or a period.")
    name, value = next(iter(given.items()), ("", ""))
    return Scope(name, value, since and since.replace(tzinfo=UTC), until and until.replace(tzinfo=UTC))


@evidence.command(
    epilog="Example: consentry evidence verify evidence.tar.age --identity me.key --key log.vkey"
)
@click.argument("pack", type=_READ)
@click.option("--identity", type=_READ, help="A file with your age secret key, if the pack is sealed.")
@click.option("--key", type=_READ, help="The log's verifier key, from elsewhere; else the pack's own word.")
@click.option("--unpack", type=click.Path(path_type=Path), help="Also write its files to this new directory.")
@_JSON
@plain_errors
def verify(pack: Path, identity: Path | None, key: Path | None, unpack: Path | None, as_json: bool) -> None:
    """Check every file and every line of PACK, offline. Ends with 5 and names what was changed."""
    files = read_pack(pack, identity.read_text(encoding="utf-8") if identity else "")
    vkey = key.read_text(encoding="utf-8").strip() if key else _own_key(files)
    checked = verify_pack(files, vkey)
    show(
        {
            "intact": not checked.problems,
            "lines": checked.lines,
            "erased": checked.erased,
            "size": checked.size,
            "key": vkey,
            "key_from": "you" if key else "the pack itself, which proves less",
            "problems": list(checked.problems),
        },
        as_json=as_json,
    )
    if unpack:
        unpack.mkdir(mode=0o700)
        for name, data in files.items():
            (unpack / name).write_bytes(data)
    if checked.problems:
        sys.exit(ExitCode.ALARM)


def _own_key(files: dict[str, bytes]) -> str:
    try:
        return str(json.loads(files[packs.ABOUT])["key"])
    except (KeyError, ValueError, TypeError):
        raise BadInput("The pack does not say whose log it is from.", code="bad_pack") from None
