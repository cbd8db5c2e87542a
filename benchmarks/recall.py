"""How many edited pictures are found, by plain PDQ and by looking at them in more ways.

    python benchmarks/recall.py FOLDER_OF_PHOTOGRAPHS [--count 300] [--write docs/benchmarks]

Every photograph is in the bank; every edit is made of `count` of them and saved as a JPEG.
"""

import argparse
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from edits import EDITS
from PIL import Image

from consentry.matching import Index, hash_rgb
from consentry.matching.pdq import MIN_SIDE
from consentry.matching.views import crops, looks

STAGES = {
    "plain PDQ": ("whole",),
    "turned and mirrored": ("whole",),
    "without border": ("whole", "without border"),
    "in its frame": ("whole", "without border", "in its frame"),
    "panels": ("whole", "without border", "in its frame", "panel"),
}
"""Each adds to the one before it."""


def banks(images: list[np.ndarray]) -> tuple[Index, Index]:
    """One hash for each photograph; and hashes of its four centre crops besides."""
    plain, cropped = Index(), Index()
    for place, rgb in enumerate(images):
        views = [rgb, *(view for _, view in crops(rgb))]
        bits = np.stack([hash_rgb(view).array[0] for view in views])
        ids = np.full(len(bits), place, np.uint64)
        plain.add(ids[:1], bits[:1])
        cropped.add(ids, bits)
    return plain, cropped


def found(index: Index, hashes: list[np.ndarray]) -> set[int]:
    """Every photograph that one of the hashes is near to."""
    return set(index.search(np.concatenate(hashes))[1].tolist())


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    pictures = [Image.open(path).convert("RGB") for path in sorted(asked.folder.glob("*.jpg"))]
    pictures = [picture for picture in pictures if min(picture.size) > MIN_SIDE]
    plain, cropped = banks([np.asarray(picture) for picture in pictures])
    rng = np.random.default_rng(5)
    chosen = np.linspace(0, len(pictures) - 1, min(asked.count, len(pictures))).astype(int).tolist()
    looks(np.asarray(pictures[0]))
    rows, wrong, pairs, spent, many = [], 0, 0, 0.0, 0
    for name, edit in EDITS.items():
        right = np.zeros(len(STAGES) + 1)
        for place in chosen:
            beside = (place + 7) % len(pictures)
            out = BytesIO()
            edit(pictures[place], pictures[beside], rng).save(out, "JPEG", quality=85)
            rgb = np.asarray(Image.open(out).convert("RGB"))
            begun = time.process_time()
            seen = looks(rgb)
            spent += time.process_time() - begun
            many += 1
            exact = hash_rgb(rgb).array
            near: set[int] = set()
            for stage, (step, names) in enumerate(STAGES.items()):
                more = [look.hash.array for look in seen if look.name in names]
                near = found(plain, [exact[:1]] if step == "plain PDQ" else [exact, *more])
                right[stage] += place in near
            near |= found(cropped, [exact])
            right[-1] += place in near
            wrong += len(near - {place, beside})
            pairs += len(pictures) - 2
        rows.append((name, right / len(chosen)))
        print(name, *(f"{share:.2f}" for share in rows[-1][1]), flush=True)
    mean = np.mean([shares for _, shares in rows], axis=0)
    head = ["edit", *STAGES, "bank with centre crops"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {name} | {' | '.join(f'{s:.2f}' for s in shares)} |" for name, shares in rows]
    lines.append(f"| **mean** | {' | '.join(f'**{share:.3f}**' for share in mean)} |")
    told = (
        f"Written by `benchmarks/recall.py`: {len(chosen)} photographs, {len(EDITS)} edits, a bank of "
        f"{len(pictures)}. False matches: {wrong} in {pairs:,} pairs. All ways of looking at a picture take "
        f"{spent / many * 1e3:.1f} ms of CPU time beyond decoding it.\n"
    )
    text = "\n".join(["# Recall of edited pictures at radius 31\n", told, *lines])
    print(text)
    if asked.write:
        asked.write.mkdir(parents=True, exist_ok=True)
        (asked.write / "recall.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
