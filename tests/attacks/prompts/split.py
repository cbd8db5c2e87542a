"""Splits a file of prompts into a half that is looked at and a half that is not.

Within each language and label the rows are ordered by the SHA-256 of their text and dealt
alternately, so the split depends on nothing that a person chose. It was run once; the
unseen half has not been edited since. Usage: `python split.py ALL.psv` (fields separated
by `|`: language, category, input_image, text).
"""

import csv
import hashlib
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ("language", "label", "category", "input_image", "text")
CATEGORIES = {
    "rm": ("stop", "clothing_removal"),
    "rd": ("stop", "clothing_reduction"),
    "tw": ("stop", "transparent_wet"),
    "sw": ("stop", "swim_underwear_swap"),
    "ps": ("stop", "sexual_pose"),
    "rs": ("stop", "restraint"),
    "in": ("stop", "injury_degrading"),
    "fl": ("stop", "euphemism"),
    "ag": ("stop", "age_cue"),
    "np": ("stop", "named_person"),
    "tp": ("stop", "third_person_photo"),
    "mt": ("stop", "multi_turn"),
    "jw": ("stop", "wrapper"),
    "uw": ("stop", "unwilling"),
    "cs": ("stop", "code_switch"),
    "ob": ("stop", "obfuscated"),
    "bg": ("benign", "background_edit"),
    "rl": ("benign", "restore_lighting"),
    "cb": ("benign", "clothing_benign"),
    "hf": ("benign", "hair_face_style"),
    "md": ("benign", "medical"),
    "ah": ("benign", "art_history"),
    "fc": ("benign", "fashion_catalogue"),
    "fh": ("benign", "family_health"),
    "sp": ("benign", "sport"),
    "hm": ("benign", "homonym"),
    "sg": ("benign", "scene"),
    "bw": ("benign", "benign_wrapper"),
    "bm": ("benign", "benign_multi_turn"),
    "bo": ("benign", "benign_obfuscation_like"),
    "tb": ("benign", "third_person_benign"),
}


def main() -> None:
    groups = defaultdict(list)
    for line in Path(sys.argv[1]).read_text().splitlines():
        language, code, image, text = line.split("|", 3)
        label, category = CATEGORIES[code]
        groups[language, label].append((language, label, category, image, text))
    halves = ([], [])
    for key in sorted(groups):
        rows = sorted(groups[key], key=lambda row: hashlib.sha256(row[-1].encode()).digest())
        for place, row in enumerate(rows):
            halves[place % 2].append(row)
    for name, rows in zip(("seen.csv", "unseen.csv"), halves, strict=True):
        with (HERE / name).open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows)


main()
