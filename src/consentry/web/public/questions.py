"""The questions of the report form: their order, what each asks, and what it refuses at once.

A report under eighteen, or perhaps under eighteen, has a path of its own: nothing is hashed on it,
and whoever is on it is told first who else can help.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from consentry.core.report import (
    ADDRESS,
    HASH,
    MAX_HASHES,
    MAX_LINE,
    MAX_PLACES,
    MAX_TEXT,
    MAX_URL,
    DeviceHash,
    Report,
    Standing,
    Under18,
    Why,
)
from consentry.web.public.session import Answers
from consentry.web.public.words import Words

SEEN = "seen"
"""The answer of somebody who is neither the person shown nor acts for them."""

YES = "yes"
"""What a ticked box says."""

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
"""Enough of an e-mail address to write to."""

DEVICE_LINE = re.compile(rf"({HASH.pattern}) (\d{{1,3}})")
"""A hash and its quality, as the script on the page writes them."""


class Kind(StrEnum):
    """How a field is asked."""

    CHOICE = "choice"
    """One of several."""
    LINE = "line"
    """A line of text."""
    MAIL = "mail"
    """An e-mail address."""
    LINES = "lines"
    """A text, or one thing on each line."""
    TICK = "tick"
    """A box to tick."""
    DEVICE = "device"
    """Files that stay on the device."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked. Its words are `<question>.<name>`."""

    name: str
    """What its answer is called."""
    kind: Kind
    """How it is asked."""
    choices: tuple[str, ...] = ()
    """What can be chosen; the words are `<question>.<choice>`."""
    most: int = MAX_TEXT
    """Most characters."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is missing or wrong, as the key of a sentence."""

    key: str
    """The sentence."""
    most: int = 0
    """A number that it names."""


Faults = Mapping[str, Fault]
"""What is wrong, by field."""


@dataclass(frozen=True, slots=True)
class Question:
    """One page."""

    name: str
    """What it is called, in addresses and among the words."""
    fields: tuple[Field, ...]
    """What is asked on it."""
    faults: Callable[[Answers], Faults]
    """What is wrong with the answers to it."""


def read(question: Question, form: Mapping[str, str]) -> Answers:
    """The answers to `question` in a form that was sent; what was not asked is not looked at."""
    return {
        field.name: form.get(field.name, "").replace("\r\n", "\n").strip()[: field.most + 1]
        for field in question.fields
    }


def on_child_path(answers: Answers) -> bool:
    """Whether this goes to specialist staff."""
    return answers.get("standing") == Standing.GUARDIAN or answers.get("under18") in {
        Under18.YES,
        Under18.UNSURE,
    }


def way(answers: Answers) -> tuple[str, ...]:
    """The pages in order, for what was answered so far."""
    if answers.get("standing") == SEEN:
        return "who", "seen"
    rest = ("why", "reach", "sign", "check")
    if answers.get("standing") == Standing.GUARDIAN:
        return "who", "child", "where", *rest
    if on_child_path(answers):
        return "who", "age", "child", "where", *rest
    return "who", "age", "where", "copies", *rest


def open_page(answers: Answers) -> str:
    """The first page of the way that still lacks something; the last if none does."""
    pages = way(answers)
    return next((page for page in pages if page in QUESTIONS and wrong(page, answers)), pages[-1])


def reachable(page: str, answers: Answers) -> bool:
    """Whether somebody may be on `page`: it is on their way, and all before it is answered."""
    pages = way(answers)
    return page in pages and pages.index(page) <= pages.index(open_page(answers))


def wrong(page: str, answers: Answers) -> Faults:
    """What is wrong with the answers to `page`: too long, or what the question itself refuses."""
    question = QUESTIONS[page]
    long = {
        field.name: Fault("where.long", field.most)
        for field in question.fields
        if len(answers.get(field.name, "")) > field.most
    }
    return long or question.faults(answers)


def urls(answers: Answers) -> tuple[str, ...]:
    """The addresses that were given, one a line, each once."""
    lines = (line.strip() for line in answers.get("urls", "").split("\n"))
    return tuple(dict.fromkeys(line for line in lines if line))


def hashes(answers: Answers) -> tuple[DeviceHash, ...]:
    """Pictures hashed on the device, each once; none on a child's path, and none that cannot be one."""
    if on_child_path(answers):
        return ()
    found = (DEVICE_LINE.fullmatch(line) for line in answers.get("hashes", "").split("\n"))
    made = {match[1]: DeviceHash(match[1], min(int(match[2]), 100)) for match in found if match}
    return tuple(one for one in made.values() if one.plausible)[:MAX_HASHES]


def report(answers: Answers, words: Words) -> Report:
    """The report that the answers make. Nothing is wrong with any of them."""
    why = Why(answers["why"])
    guardian = answers["standing"] == Standing.GUARDIAN
    return Report(
        standing=Standing(answers["standing"]),
        under18=Under18.YES if guardian else Under18(answers["under18"]),
        urls=urls(answers),
        statement=answers["statement"] or words(f"says.{why}"),
        declares_intimate=answers["intimate"] == YES,
        good_faith=answers["good_faith"] == YES,
        signature=answers["signature"],
        contact=answers["contact"],
        where=answers["where"],
        hashes=hashes(answers),
        why=why,
        language=words.code,
        may_write=bool(answers["contact"]) and answers["may_write"] == YES,
    )


def _chosen(name: str, page: str, choices: tuple[str, ...]) -> Callable[[Answers], Faults]:
    def faults(answers: Answers) -> Faults:
        return {} if answers.get(name) in choices else {name: Fault(f"{page}.missing")}

    return faults


def _where(answers: Answers) -> Faults:
    given = urls(answers)
    if len(given) > MAX_PLACES:
        return {"urls": Fault("where.many", MAX_PLACES)}
    if not all(len(url) <= MAX_URL and ADDRESS.fullmatch(url) for url in given):
        return {"urls": Fault("where.address")}
    only = answers.get("only") == YES and not on_child_path(answers)
    return {} if given or answers.get("where") or only else {"urls": Fault("where.missing")}


def _copies(answers: Answers) -> Faults:
    if answers.get("hashes") and not hashes(answers):
        return {"hashes": Fault("copies.bad")}
    placed = urls(answers) or answers.get("where")
    return {} if placed or hashes(answers) else {"hashes": Fault("where.missing")}


def _reach(answers: Answers) -> Faults:
    contact = answers.get("contact", "")
    answered = "may_write" in answers
    if contact and not MAIL.fullmatch(contact):
        return {"contact": Fault("reach.address")}
    return {} if answered else {"contact": Fault("reach.address")}


def _sign(answers: Answers) -> Faults:
    demands = ("intimate", YES), ("good_faith", YES)
    missing = {name: Fault(f"sign.missing_{name}") for name, said in demands if answers.get(name) != said}
    if not answers.get("signature"):
        missing["signature"] = Fault("sign.missing_signature")
    return missing


_WHO = (Standing.SELF.value, Standing.ACTING_FOR.value, Standing.GUARDIAN.value, SEEN)
_AGE = (Under18.NO.value, Under18.YES.value, Under18.UNSURE.value)
_WHY = tuple(why.value for why in Why)
_MOST_ADDRESSES = MAX_PLACES * (MAX_URL + 1)
_MOST_HASHES = MAX_HASHES * 70

QUESTIONS: Mapping[str, Question] = {
    question.name: question
    for question in (
        Question("who", (Field("standing", Kind.CHOICE, _WHO, most=20),), _chosen("standing", "who", _WHO)),
        Question("age", (Field("under18", Kind.CHOICE, _AGE, most=20),), _chosen("under18", "age", _AGE)),
        Question(
            "where",
            (
                Field("urls", Kind.LINES, most=_MOST_ADDRESSES),
                Field("where", Kind.LINES),
                Field("only", Kind.TICK, most=3),
            ),
            _where,
        ),
        Question("copies", (Field("hashes", Kind.DEVICE, most=_MOST_HASHES),), _copies),
        Question(
            "why",
            (Field("why", Kind.CHOICE, _WHY, most=20), Field("statement", Kind.LINES)),
            _chosen("why", "why", _WHY),
        ),
        Question(
            "reach",
            (
                Field("contact", Kind.MAIL, most=MAX_LINE),
                Field("may_write", Kind.CHOICE, ("yes", "no"), most=3),
            ),
            _reach,
        ),
        Question(
            "sign",
            (
                Field("intimate", Kind.TICK, most=3),
                Field("good_faith", Kind.TICK, most=3),
                Field("signature", Kind.LINE, most=MAX_LINE),
            ),
            _sign,
        ),
    )
}
"""Every question by name."""
