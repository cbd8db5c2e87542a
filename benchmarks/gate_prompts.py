"""What the words of a request lead to: three bands on the shipped prompts, beside two baselines.

    python benchmarks/gate_prompts.py [--captions FILE.csv] [--write docs/benchmarks]

`--captions`: a CSV file of ordinary captions of your own, with a column `text` or `prompt`; they are judged
without a picture. Baselines that are not installed are said to be absent, and no figure is made up for them.
"""

import argparse
import csv
import importlib
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from consentry.config import load
from consentry.flows.trial import Attached, Band, attempt
from consentry.wiring import ask_policy, today

SHELF = Path(__file__).parents[1] / "tests" / "attacks" / "prompts"
SEEN = ("seen.csv", "indirect_seen.csv", "captions_seen.csv")
"""Looked at while the word lists were made: their figures say what was learnt by heart."""
UNSEEN = ("unseen.csv", "indirect_unseen.csv", "captions_unseen.csv", "last_unseen.csv", "voices.csv")
"""Not looked at row by row before they were first measured."""
WORDS = (
    "naked|nude|topless|undress|undressed|strip|lingerie|bikini|thong|panties|bra|underwear|sexy|seductive"
    "|erotic|porn|nsfw|bondage|gagged|handcuffed|bruises|bloody|explicit"
)
"""A list of English words as operators start with."""

Row = dict[str, str]
Judge = Callable[[Row], Band]


def gate() -> Judge:
    """What the shipped rules do."""
    signals, policy = ask_policy(load(None, {}, {}))
    day = today()
    return lambda row: (
        attempt(row["text"], Attached(row["input_image"]), signals=signals, policy=policy, day=day).band
    )


def keywords() -> Judge:
    """Refuse whatever holds a word of the list."""
    listed = re.compile(rf"\b({WORDS})\b", re.IGNORECASE)
    return lambda row: Band.REFUSE if listed.search(row["text"]) else Band.ALLOW


def better_profanity() -> Judge | None:
    """A well-known filter of bad words; None if it is not installed."""
    try:
        profanity = importlib.import_module("better_profanity").profanity
    except ImportError:
        return None
    profanity.load_censor_words()
    return lambda row: Band.REFUSE if profanity.contains_profanity(row["text"]) else Band.ALLOW


def rows(file: Path) -> list[Row]:
    """The rows of a file; a file of captions alone gets what it lacks."""
    with file.open(encoding="utf-8") as stream:
        read = list(csv.DictReader(stream))
    return [{"label": "caption", "input_image": "none", "text": row.get("prompt", ""), **row} for row in read]


def measured(name: str, judge: Judge | None, file: str, every: list[Row]) -> Iterable[tuple[str, ...]]:
    """One line for each kind of row in a file."""
    for label in sorted({row["label"] for row in every}, reverse=True):
        mine = [row for row in every if row["label"] == label]
        if judge is None:
            yield file, label, str(len(mine)), name, "not installed", "", "", ""
            continue
        times, bands = [], Counter[Band]()
        for row in mine:
            started = time.process_time()
            bands[judge(row)] += 1
            times.append((time.process_time() - started) * 1000)
        shares = (f"{bands[band] / len(mine):.1%}" for band in (Band.REFUSE, Band.HOLD, Band.ALLOW))
        yield file, label, str(len(mine)), name, *shares, f"{statistics.median(times):.2f}"


INTRODUCTION = """# What the words of a request lead to

Written by `benchmarks/gate_prompts.py`. `stop` rows ask for something that nobody may ask of another person's
picture; `benign` rows are near-misses; `caption` rows are everyday scenes without a picture. `compared` means
that the image is made, compared with the original under stricter limits, and shown only if it shows no more
of the person.

**What the figures mean.** All rows were written by us. Rows in `*seen.csv` files were looked at while the
word lists were made: they show what was learnt, no more. Rows in `*unseen.csv` were not, but come from the
same hands. `voices.csv` is the guide: 131 harmful and 130 benign rows in 32 languages, in other voices,
written before the change of the router that it was to judge. Before that change 88.5 % of its harmful rows
were stopped and 19.2 % of its benign ones compared; at the first try after it, 96.2 % and 41.5 %. Then, with
this set in view, the limits were loosened by one word, which gave what the table says: more benign edits are
compared than the 30 % that were aimed at, so nobody may call it unseen any more. `last_unseen.csv`, the guide
before it, is small, and its harmful rows are stopped less often than the 95 % that were aimed at. When the
`indirect` rows were first tried, the router of that day let 32 % of the harmful ones pass. How the rows were
made is said in `tests/attacks/prompts/README.md`. A set by somebody else will score lower.

| set | rows | number | judge | refused | compared or held | passed | ms (median) |
|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=Path)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    judges = {"gate": gate(), "keyword list": keywords(), "better-profanity": better_profanity()}
    sets = {name: rows(SHELF / name) for name in (*UNSEEN, *SEEN) if (SHELF / name).exists()}
    if asked.captions:
        sets["captions of others"] = rows(asked.captions)
    lines = [
        "| " + " | ".join(line) + " |"
        for file, every in sets.items()
        for name, judge in judges.items()
        for line in measured(name, judge, file, every)
    ]
    page = INTRODUCTION + "\n".join(lines) + "\n"
    print(page)
    if asked.write:
        (asked.write / "gate-prompts.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
