"""Undoes the disguises of writing, so that a word is found however it was spelled.

Rules of this file: nothing here knows what a word means. Patterns and prompts go through
the same folding, so both sides of a comparison always agree.
"""

# ruff: noqa: RUF001 - letters that look like others are what this file is about
from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

MAX_CHARS = 32_000
"""How much of a prompt is read, which is as much as image APIs take; longer ones are read at both ends."""

WORD_STEP = 2
"""How far apart two neighbouring words are; a character of a script without spaces counts 1."""

_LOOKALIKES = str.maketrans(
    "аеорсухкмнтвіјѕԁһԛԝьзпгчαβεηικνορτυχωγσμ",
    "aeopcyxkmhtbijsdhqwb3nr4abehikvoptuxwyom",
)
"""Cyrillic and Greek letters by the Latin letters they look like (a choice from Unicode TS 39)."""

_SPELLINGS: dict[str | int, str] = {
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)),
    **{chr(0x1F150 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F170 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F1E6 + i): chr(97 + i) for i in range(26)},
    **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
    **dict.fromkeys(map(ord, "ىیېے"), "ي"),
    **dict.fromkeys(map(ord, "ہھۂۃة"), "ه"),
    "ک": "ك",
    "ؤ": "و",
    "ئ": "ي",
    "ـ": "",
    "ı": "i",
    "ł": "l",
    "đ": "d",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ς": "σ",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "़": "",
    "়": "",
    "·": ".",
    "・": ".",
}
"""Letters that Unicode's own decomposition leaves alone, and spelling variants within Arabic script."""
_SPECIAL = str.maketrans(_SPELLINGS)

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_ACCENTS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")

JOINED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
"""Scripts written without spaces: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
EMOJI = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINED = re.compile(f"[{JOINED}]")
_STOP = ".,;:!?\n\u3002\uff0c\u3001\u061b\u061f\u060c\u0964\u06d4\u2014\u2026"
_TOKEN = re.compile(
    rf"(?P<one>[{JOINED}{EMOJI}])|(?P<word>(?:[^\W_]|[\u0900-\u0963\u0970-\u0dff])+)|(?P<stop>[{_STOP}])"
)
_SENTENCE_END = frozenset(".;!?\n\u3002\u061b\u061f\u0964\u06d4")

_ARABIC = frozenset(["و", "ف", "ب", "ل", "ك", "س", "ال", "لل", "وال", "فال", "بال", "كال", "ولل"])
_HEBREW = frozenset("והבלמשכ")
"""Particles that are written as one with the word that follows; in Hebrew up to three letters."""
_MOST_PARTICLES = 3

_LEET = str.maketrans("0134578@$€!|+*", "oleastbaseiit ")
_LEET_I = str.maketrans("0134578@$€!|+*", "oieastbaseilt ")
_LEET_CHUNK = re.compile(r"[a-z0-9@$€!|+*]{3,}")
_LETTER = re.compile(r"[a-z]")
_SPACED = re.compile(
    r"(?<![^\W_])[^\W\d_](?P<gap> {1,3}|[.\-_*/|~+]{1,2})[^\W\d_](?:(?P=gap)[^\W\d_])+(?![^\W_])"
)
"""Letters apart, with the same gap between all of them, so that a wider gap ends the word."""
_PIECE = re.compile(r"(?<![^\W_])([^\W\d_]{2,4}) ((?:[^\W\d_] ){2,}[^\W\d_])(?![^\W_])")
"""A word of which only the end is spaced out."""
_UNITS = frozenset(
    [
        "k",
        "d",
        "am",
        "pm",
        "st",
        "nd",
        "rd",
        "th",
        "x",
        "px",
        "mm",
        "cm",
        "kg",
        "g",
        "s",
        "h",
        "m",
        "p",
        "fps",
        "hz",
        "mp",
    ]
)
"""What stands after a number that is a number."""
_BROKEN = re.compile(r"(?<=[^\W\d_])[.\-_*/|~+](?=[^\W\d_])")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/_-]{12,}={0,2}(?![\w+/=])")
_ROT13 = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")


@dataclass(frozen=True, slots=True)
class Words:
    """A text as words (or characters, in scripts without spaces), with where they stand."""

    forms: tuple[tuple[str, ...], ...]
    """For each word the ways it can be read; the first is the word as it stands."""
    at: tuple[int, ...]
    """For each word its distance from the beginning, in steps."""
    clause: tuple[int, ...]
    """For each word the number of the clause it is in."""
    sentence: tuple[int, ...]
    """For each word the number of the sentence it is in."""


def fold(text: str) -> str:
    """`text` in one plain spelling: compatible forms, lower case, no accents, nothing invisible."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    if text.isascii():
        return text
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text).translate(_SPECIAL))
    # Hangul syllables must come back together, and i-dot must lose its dot first.
    text = unicodedata.normalize("NFC", text).translate(_SPECIAL)
    return re.sub(r"[^\W\d_]+", _one_script, text)


def _one_script(word: re.Match[str]) -> str:
    """A word that mixes Latin with lookalike letters of another script, all in Latin."""
    text = word[0]
    if text.isascii() or not any("a" <= letter <= "z" for letter in text):
        return text
    return text.translate(_LOOKALIKES)


def words(folded: str) -> Words:
    """Split a folded text into words."""
    forms: list[tuple[str, ...]] = []
    at: list[int] = []
    clauses: list[int] = []
    sentences: list[int] = []
    place = clause = sentence = 0
    for token in _TOKEN.finditer(folded):
        text = token[0]
        if token.lastgroup == "stop":
            clause += 1
            sentence += text in _SENTENCE_END
            place += WORD_STEP
            continue
        place += 1 if token.lastgroup == "one" else WORD_STEP
        forms.append(_readings(text))
        at.append(place)
        clauses.append(clause)
        sentences.append(sentence)
    return Words(tuple(forms), tuple(at), tuple(clauses), tuple(sentences))


@lru_cache(maxsize=8192)
def _readings(word: str) -> tuple[str, ...]:
    """The word as it stands, then without the particles it may begin with."""
    if not "\u0590" <= word[0] <= "\u06ff":
        return (word,)
    cuts = range(1, min(_MOST_PARTICLES, len(word) - 2) + 1)
    return (word, *(word[n:] for n in cuts if word[:n] in _ARABIC or _HEBREW.issuperset(word[:n])))


def is_joined(letter: str) -> bool:
    """Whether `letter` belongs to a script that is written without spaces."""
    return _JOINED.match(letter) is not None


def tidied(folded: str) -> str:
    """A folded text with digits for letters, letters apart, broken words and stretched words undone."""
    text = _PIECE.sub(lambda run: f"{run[1]} {_joined(run[2])} {run[1]}{_joined(run[2])}", folded)
    text = _SPACED.sub(lambda run: _joined(run[0]), text)
    text = _REPEATED.sub(r"\1", text)
    text = _BROKEN.sub("", text)
    return _LEET_CHUNK.sub(_unleet, text)


def _joined(run: str) -> str:
    return re.sub(r"[\W_]", "", run)


def _unleet(chunk: re.Match[str]) -> str:
    text = chunk[0].rstrip("!*+|")
    if text.isalpha() or not _LETTER.search(text):
        return chunk[0]
    if text[:1].isdigit() and text.lstrip("0123456789") in _UNITS:
        return chunk[0]
    one, other = text.translate(_LEET), text.translate(_LEET_I)
    return one if one == other else f"{one} {other}"


def unpacked(text: str) -> str:
    """`text` with what was packed into it (base64, percent signs, character references) written out."""
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = unquote(text, errors="replace")
    return _BASE64.sub(_unbase64, text)


def _unbase64(chunk: re.Match[str]) -> str:
    packed = chunk[0].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return chunk[0]
    letters = sum(letter.isalpha() or letter == " " for letter in plain)
    return plain if letters >= 0.8 * len(plain) else chunk[0]


def rotated(text: str) -> str:
    """`text` with its letters moved by thirteen places."""
    return text.translate(_ROT13)


def reversed_text(text: str) -> str:
    """`text` read from its end."""
    return text[::-1]


def shortened(text: str) -> str:
    """`text`, or its two ends if it is longer than anybody needs for a picture."""
    if len(text) <= MAX_CHARS:
        return text
    return text[: MAX_CHARS // 2] + "\n" + text[-MAX_CHARS // 2 :]
