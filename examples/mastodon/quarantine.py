"""Takes one media file of Mastodon out of public view, and puts it back: `quarantine.py VERB PATH KEY`.

For media on this machine. MEDIA_ROOT is Mastodon's `public/system`; QUARANTINE is a directory that
no web server serves. It ends with 0 (done, or done before), 3 (no such file), or an error.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

NO_SUCH_FILE = 3


def inside(root: Path, path: str) -> Path:
    """The file at `path` under `root`, and nowhere else."""
    found = (root / path).resolve()
    if not found.is_relative_to(root.resolve()):
        sys.exit(NO_SUCH_FILE)
    return found


def move(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
    elif not target.is_file():
        sys.exit(NO_SUCH_FILE)


def main(verb: str, path: str, key: str) -> None:
    quarantine = Path(os.environ["QUARANTINE"])
    shown = inside(Path(os.environ["MEDIA_ROOT"]), path)
    hidden = inside(quarantine / "files", path)
    if verb == "fetch":
        found = hidden if hidden.is_file() else shown
        if not found.is_file():
            sys.exit(NO_SUCH_FILE)
        sys.stdout.buffer.write(found.read_bytes())
        return
    done = quarantine / "done" / hashlib.sha256(key.encode()).hexdigest()
    if done.exists():  # an order that comes again, perhaps after a newer one, changes nothing
        return
    if verb == "hide":
        move(shown, hidden)
    elif verb == "restore":
        move(hidden, shown)
    elif verb == "remove":
        if not (hidden.is_file() or shown.is_file()):
            sys.exit(NO_SUCH_FILE)
        for found in (hidden, shown):
            found.unlink(missing_ok=True)
    else:
        sys.exit(f"There is no order `{verb}`.")
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()


if __name__ == "__main__":
    main(*sys.argv[1:4])
