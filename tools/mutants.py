"""After `mutmut run`: which mutants of the core no test noticed, and fail if one has no written reason."""

import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

EXCEPTIONS = Path("tests/project/exceptions.toml")
"""Its table `[survivor]` gives a reason for each mutant (or pattern) that may live."""

NOTICED = {"killed", "timeout", "caught by type check"}
"""Fates of mutants that somebody noticed: one that never ends is noticed by everybody."""


def main() -> int:
    """Print what lives and what does not; 1 if something lives without a reason."""
    said = subprocess.run(
        [Path(sys.executable).with_name("mutmut"), "results", "--all", "true"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    fates = dict(line.strip().rsplit(": ", 1) for line in said.splitlines() if ": " in line)
    reasons = tomllib.loads(EXCEPTIONS.read_text()).get("survivor", {})
    alive = {name: fate for name, fate in fates.items() if fate not in NOTICED}
    unexplained = {
        name: fate for name, fate in alive.items() if not any(fnmatch(name, each) for each in reasons)
    }
    for name, fate in sorted(unexplained.items()):
        print(f"{fate}: {name}   (see it with `.venv/bin/mutmut show {name}`)")
    killed = len(fates) - len(alive)
    explained = len(alive) - len(unexplained)
    print(f"{len(fates)} mutants: {killed} killed, {explained} explained, {len(unexplained)} not")
    return 1 if unexplained or not fates else 0


if __name__ == "__main__":
    sys.exit(main())
