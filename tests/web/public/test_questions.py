"""The way through the questions depends on who reports, and each question refuses what it must."""

import pytest

from consentry.core.report import Standing, Under18, check
from consentry.web.public import questions
from consentry.web.public.words import words
from web.public.conftest import ANSWERS

WHOLE = {name: text for given in ANSWERS.values() for name, text in given.items()}


def test_a_complete_form_is_a_report_that_the_law_knows():
    made = questions.report(WHOLE, words("en"))
    check(made)
    assert made.standing is Standing.SELF
    assert made.under18 is Under18.NO


def test_all_is_asked_in_order():
    assert questions.way({}) == ("who", "age", "where", "copies", "why", "reach", "sign", "check")
    assert questions.open_page({}) == "who"
    assert questions.open_page(WHOLE) == "check"


@pytest.mark.parametrize(
    "answers", [{"standing": "guardian"}, {"standing": "self", "under18": "unsure"}, {"under18": "yes"}]
)
def test_a_child_has_a_way_without_hashing(answers):
    assert questions.on_child_path(answers)
    assert "copies" not in questions.way(answers)
    assert "child" in questions.way(answers)


def test_lines_become_addresses_once_each():
    given = {"urls": " https://a.example/1\n\nhttps://a.example/1\r\nhttps://b.example/2 "}
    assert questions.urls(given) == ("https://a.example/1", "https://b.example/2")


def test_only_what_is_asked_is_read_and_no_more_than_one_character_too_much():
    found = questions.read(questions.QUESTIONS["sign"], {"signature": "x" * 900, "standing": "self"})
    assert set(found) == {"intimate", "good_faith", "signature"}
    assert len(found["signature"]) == 321
    assert "signature" in questions.wrong("sign", found | {"intimate": "yes", "good_faith": "yes"})


def test_hashes_are_counted_once_and_at_most_twenty():
    lines = [f"{'0f' * 30}{number:04x} 88" for number in range(30)]
    found = questions.hashes({"hashes": "\n".join([*lines, *lines])})
    assert len(found) == 20


def test_nobody_writes_where_nobody_said_that_it_is_safe():
    mail = WHOLE | {"contact": "mira@example.org"}
    assert not questions.report(mail | {"may_write": ""}, words("en")).may_write
    assert not questions.report(mail | {"may_write": "no"}, words("en")).may_write
    assert questions.report(mail | {"may_write": "yes"}, words("en")).may_write
    assert not questions.report(WHOLE | {"may_write": "yes"}, words("en")).may_write
