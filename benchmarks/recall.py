"""How many edited pictures are found: by plain PDQ, by the first stage, and with the second.

    python benchmarks/recall.py --photos FOLDER --distractors FOLDER_OF_LARGE_ONES --write docs/benchmarks

Every photograph is in the bank, which is filled up with distractors to `--size` pictures; every edit is made
of `--count` photographs and saved as a JPEG. The second stage looks at what the first did not find, as on
the server, where an upload that the first stage finds is refused. Times are CPU time beyond decoding.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NUMBA_NUM_THREADS="1")

import argparse
import multiprocessing
import time
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import exp
from pathlib import Path

import numpy as np
from edits import EDITS
from PIL import Image
from plots import bars
from recall_bank import FRAMES, Bank, Negatives, Pixels, distractors, hard_negatives

from consentry.matching import Index, hash_rgb
from consentry.matching.pdq import MIN_SIDE
from consentry.matching.views import parts

COLUMNS = ("plain PDQ", "with views", "and centre crops in the bank", "and the second stage")
"""Each adds to the one before it; the third is all of the first stage."""
TARGETS = {"first": (0.56, 5.0), "second": (0.88, 40.0)}
"""Mean recall and milliseconds for a query, for the first stage and with the second."""
MOST_FALSE = 1e-6
"""False matches for each pair."""
POOR = 0.5
"""Recall below which an edit is named."""


@dataclass(frozen=True)
class Scene:
    """What every question is asked of; processes share it by forking."""

    pictures: list[Image.Image]
    bank: Bank
    chosen: list[int]


@dataclass(frozen=True)
class Row:
    """What came of one edit."""

    name: str
    found: tuple[float, ...]
    """The share found, by column."""
    false: tuple[int, int]
    """False matches of the first stage and of the second."""
    pairs: tuple[int, int]
    """Pairs that either was asked about."""
    spent: tuple[list[float], list[float]]
    """Seconds for each question, of either stage."""


SHARED: list[Scene] = []
"""The scene, in a process that measures; it comes by forking, for an index cannot be sent."""


def edited(scene: Scene, number: int, place: int) -> tuple[Pixels, int]:
    """Photograph `place` after an edit, and the other one that may be beside it."""
    other = (place + 7) % len(scene.pictures)
    out = BytesIO()
    rng = np.random.default_rng((number, place))
    edit = list(EDITS.values())[number]
    edit(scene.pictures[place], scene.pictures[other], rng).save(out, "JPEG", quality=85)
    return np.asarray(Image.open(out).convert("RGB")), other


def near(index: Index, hashes: np.ndarray) -> set[int]:
    """The numbers of pictures that one of the hashes is near to."""
    return set(index.search(hashes)[1].tolist())


def measure(number: int) -> Row:
    """One edit of every chosen photograph, looked for in every way."""
    (scene,) = SHARED
    bank, right = scene.bank, np.zeros(len(COLUMNS))
    false, pairs = [0, 0], [0, 0]
    spent: tuple[list[float], list[float]] = ([], [])
    for place in scene.chosen:
        rgb, other = edited(scene, number, place)
        begun = time.process_time()
        exact = hash_rgb(rgb).array
        seen = np.concatenate([exact, *(look.hash.array for look in parts(rgb))])
        first = near(bank.cropped, seen)
        spent[0].append(time.process_time() - begun)
        found = [near(bank.plain, exact[:1]), near(bank.plain, seen), first]
        if place not in first:
            begun = time.process_time()
            second = {part.number for part in bank.parts.look(rgb)}
            spent[1].append(time.process_time() - begun)
            false[1] += len(second - {place, other})
            pairs[1] += len(bank.parts) - 2
            found.append(first | second)
        else:
            found.append(first)
        right += [place in numbers for numbers in found]
        false[0] += len(first - {place, other})
        pairs[0] += len(bank.parts) - 2
    shares = tuple((right / len(scene.chosen)).tolist())
    return Row(list(EDITS)[number], shares, (false[0], false[1]), (pairs[0], pairs[1]), spent)


def bound(false: int, pairs: int) -> float:
    """The rate that with 95 % confidence is not exceeded, by Poisson's law: 3 over `pairs` for none."""
    low, high = 0.0, 10.0 + 4.0 * false
    for _ in range(60):
        middle = (low + high) / 2
        term = total = exp(-middle)
        for many in range(1, false + 1):
            term *= middle / many
            total += term
        low, high = (middle, high) if total > 0.05 else (low, middle)
    return high / pairs


def made(asked: argparse.Namespace) -> Scene:
    """The photographs, and the bank with its distractors."""
    pictures = [Image.open(path).convert("RGB") for path in sorted(asked.photos.glob("*.jpg"))]
    pictures = [picture for picture in pictures if min(picture.size) > MIN_SIDE]
    chosen = np.linspace(0, len(pictures) - 1, min(asked.count, len(pictures))).astype(int).tolist()
    bank = Bank()
    bank.add(0, [np.asarray(picture) for picture in pictures])
    more = distractors(max(0, asked.size - len(pictures)), asked.distractors)
    first, batch = len(pictures), []
    for rgb in more:
        batch.append(rgb)
        if len(batch) == 200:
            bank.add(first, batch)
            first, batch = first + len(batch), []
    bank.add(first, batch)
    for index in (bank.plain, bank.cropped):
        index.settle()
    return Scene(pictures, bank, chosen)


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--distractors", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--hard", type=int, default=120, help="photographs in each kind of hard negatives")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    scene = made(asked)
    print(f"{len(scene.bank.parts):,} pictures in the bank", flush=True)
    scene.bank.parts.look(np.asarray(scene.pictures[0]))
    parts(np.asarray(scene.pictures[0]))  # compiled here, so that no figure has it in
    SHARED.append(scene)
    rows, hard = [], {}
    with multiprocessing.get_context("fork").Pool(asked.processes) as pool:
        for row in pool.imap(measure, range(len(EDITS))):
            rows.append(row)
            print(row.name, *(f"{share:.2f}" for share in row.found), flush=True)
        some = scene.pictures[:: max(1, len(scene.pictures) // asked.hard)][: asked.hard]
        for name, negatives in zip(
            FRAMES, pool.imap(partial(hard_of, some), range(len(FRAMES))), strict=True
        ):
            hard[name] = negatives
            print(name, negatives, flush=True)
    text = told(scene, rows, hard, asked)
    print(text)
    if asked.write:
        asked.write.mkdir(parents=True, exist_ok=True)
        (asked.write / "recall.md").write_text(text, encoding="utf-8")
        (asked.write / "recall.svg").write_text(drawn(rows), encoding="utf-8")


def hard_of(pictures: list[Image.Image], number: int) -> Negatives:
    """The hard negatives of one kind of frame."""
    return hard_negatives(list(FRAMES.values())[number], pictures)


def drawn(rows: list[Row]) -> str:
    """Recall by edit, in three bars."""
    shown = (0, 2, 3)
    names = {0: "plain PDQ", 2: "first stage", 3: "with the second"}
    groups = {row.name: {names[place]: row.found[place] for place in shown} for row in rows}
    mean = np.mean([row.found for row in rows], axis=0)
    groups = {"mean": {names[place]: float(mean[place]) for place in shown}} | groups
    return bars("Edited pictures that are found", "share", groups, most=1.0)


def told(scene: Scene, rows: list[Row], hard: dict[str, Negatives], asked: argparse.Namespace) -> str:
    """The whole page."""
    mean = np.mean([row.found for row in rows], axis=0)
    head = ["edit", *COLUMNS]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {row.name} | {' | '.join(f'{share:.2f}' for share in row.found)} |" for row in rows]
    lines.append(f"| **mean** | {' | '.join(f'**{share:.3f}**' for share in mean)} |")
    of_what = (
        "parts cut from large aerial photographs and drawn scenes" if asked.distractors else "drawn scenes"
    )
    begins = (
        f"Written by `benchmarks/recall.py`: {len(scene.chosen)} photographs, {len(EDITS)} edits, a bank of "
        f"{len(scene.bank.parts):,} pictures: {len(scene.pictures)} photographs, and {of_what} "
        "as distractors. The second stage looks at what the first did not find.\n"
    )
    page = ["# Recall of edited pictures\n", begins, *summary(rows, mean), "![Recall by edit](recall.svg)\n"]
    return "\n".join([*page, *lines, "", *poor(rows), *told_hard(hard)])


def summary(rows: list[Row], mean: np.ndarray) -> list[str]:
    """What was asked for, and what came of it."""
    head = (
        "stage",
        "mean recall",
        "CPU ms: median, 95th percentile",
        "false matches in pairs",
        "at most, 95 %",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for stage, (name, (recall, most)) in enumerate(TARGETS.items()):
        seconds = 1e3 * np.concatenate([row.spent[stage] for row in rows])
        false, pairs = sum(row.false[stage] for row in rows), sum(row.pairs[stage] for row in rows)
        middle, late = np.percentile(seconds, [50, 95])
        took = f"{middle:.1f}, {late:.1f} (wanted {most:g})"
        lines.append(
            f"| {name} | {mean[2 + stage]:.3f} (wanted {recall}) | {took} "
            f"| {false} in {pairs:,} | {bound(false, pairs):.1e} (wanted {MOST_FALSE:.0e}) |"
        )
    return [*lines, ""]


def poor(rows: list[Row]) -> list[str]:
    """The edits that mostly get past."""
    lists = {
        "With both stages, under half are found of": [row.name for row in rows if row.found[3] < POOR],
        "Where a bank has hashes only, under half are found of": [
            row.name for row in rows if row.found[2] < POOR
        ],
    }
    return [f"{says}: {', '.join(names) or 'none of these edits'}.\n" for says, names in lists.items()]


def told_hard(hard: dict[str, Negatives]) -> list[str]:
    """Pairs of different pictures with the same frame, caption or screen around them."""
    says = (
        "Known pictures in a frame are compared with others in the very same frame. *Corners agree* says "
        "how many would have been taken for the same without the second look.\n"
    )
    lines = [
        "## Different pictures in the same frame\n",
        says,
        "| frame | pairs | first stage | corners agree | second stage |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {n} | {x.pairs:,} | {x.first} | {x.corners:,} | {x.second} |" for n, x in hard.items()]
    pairs = sum(x.pairs for x in hard.values())
    first, second = (sum(getattr(x, stage) for x in hard.values()) for stage in ("first", "second"))
    most = f"at most {bound(second, pairs):.1e} (95 %)"
    return [*lines, "", f"In all: {first} and {second} false matches in {pairs:,} pairs; {most}.", ""]


if __name__ == "__main__":
    main()
