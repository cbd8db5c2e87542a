"""`consentry hash`: the hashes of picture and video files, as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors
from consentry.core.errors import BadInput
from consentry.core.match import Hashes
from consentry.matching.video import to_vpdq
from consentry.wiring import open_hashing

VIEWS = 8
"""Orientations of a still: as it stands, turned and mirrored."""


@click.command(name="hash", epilog="Example: consentry hash picture.jpg film.mp4")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@plain_errors
def hash_(files: tuple[Path, ...]) -> None:
    """Print a JSON line a file: its PDQ hash and quality, its other orientations, MD5 and SHA-256.

    Of an animation it is the first still with enough in it; of a video, `vpdq` has the hash of each
    frame that was kept. A file that cannot be read as a picture or a video has `trouble` instead, and
    the command ends with 2.
    """
    failed = False
    with open_hashing() as hashed:
        for file in files:
            line = _line(file, hashed)
            failed = failed or "trouble" in line
            click.echo(json.dumps(line))
    if failed:
        sys.exit(ExitCode.USER_ERROR)


def _line(file: Path, hashed: Callable[[bytes], Hashes]) -> dict[str, object]:
    try:
        found = hashed(file.read_bytes())
    except OSError:
        return {"file": file.name, "trouble": "it cannot be opened"}
    except BadInput as trouble:
        return {"file": file.name, "trouble": trouble.message}
    digests = {"md5": found.md5, "sha256": found.sha256}
    if found.frames:
        return {"file": file.name, "vpdq": to_vpdq(found.frames), "quality": found.quality, **digests}
    return {
        "file": file.name,
        "pdq": found.pdq[0].hex(),
        "quality": found.quality,
        "dihedral": [view.hex() for view in found.pdq[:VIEWS]],
        **digests,
    }
