"""What offers a tool that undresses people, and what only speaks of one. All words are our own."""

import csv
from pathlib import Path

import pytest

from consentry.core.content import Account, Post
from consentry.signals.promotion import MAX_CHARS, Promotion
from contracts.pictures import flat, picture, request, upload
from contracts.signal import SignalContract


class TestPromotion(SignalContract):
    @pytest.fixture
    def signal(self):
        return Promotion()


def score(text, *links):
    (finding,) = Promotion().look(Post(Account("a"), text, links, "site", "1"))
    assert text == "" or text.casefold() not in finding.evidence
    return finding.score


OFFERS = [
    "Try our undress app, first 3 photos free",
    "Nudify any girl in one click, link in bio",
    "Best clothes remover 2026, works on iPhone",
    "dm me a pic, I make fake nudes of anyone",
    "who can recommend a deepnude bot?",
    "N u d i f y her now - try it for free",
    "nud\u200bify your crush, 5 free credits",
    "undr3ss ai: download here",
    "KI-Entkleider jetzt kostenlos testen, ki entkleiden",
    "Application pour d\u00e9shabiller, essai gratuit",
    "App para desnudar, prueba gratis",
    "App per spogliare: prova gratis",
    "бот для раздевания, попробуй бесплатно",
    "AI\u8131\u8863\u8f6f\u4ef6\uff0c\u514d\u8d39\u8bd5\u7528",
    "\u670d\u3092\u8131\u304c\u305b\u308b\u30a2\u30d7\u30ea \u7121\u6599",
]
HARMLESS = [
    "",
    "A calm harbour in the morning",
    "The law against nudify apps is in force: what victims can do",
    "Parents: what to know about undress apps, free guide from our charity",
    "Police warn of AI undress bots in schools",
    "Someone made a fake nude of me. Where can I find support and report it?",
    "Ofcom opens an investigation into a nudification site",
    "Free stain remover for clothes, try it today",
    "Best app for trying on clothes, download free",
    "How to remove wallpaper: a guide",
    "Buy our new summer dress, free delivery",
    "Wir fordern ein Verbot von Nudify-Apps, Opfer brauchen Hilfe",
    "Une loi pour interdire les applications de nudification",
    "Life drawing class, free for beginners, join us",
    "X-ray of my broken arm",
    "Photo editor: remove the background in one click, free trial",
]


@pytest.mark.parametrize("text", OFFERS)
def test_an_offer_or_a_search_for_such_a_tool_is_refused(text):
    assert score(text) >= 0.85


@pytest.mark.parametrize("text", HARMLESS)
def test_news_advice_and_ordinary_advertisements_pass(text):
    assert score(text) < 0.5


def test_a_report_with_an_offer_and_a_link_is_read_by_a_person():
    assert 0.5 <= score("Banned in my country, but try this nudify app", "https://a.example") < 0.85


def test_a_tool_beside_a_link_is_read_by_a_person():
    assert score("nudify") < 0.5
    assert 0.5 <= score("nudify", "https://a.example") < 0.85


def test_the_name_of_a_site_speaks_and_its_headlines_do_not():
    assert score("", "https://nudify-now.example/start") >= 0.85
    assert score("", "nudify-now.example") >= 0.85
    assert 0.5 <= score("Police closed this one", "https://nudify-now.example") < 0.85
    assert score("", "https://news.example/nudify-apps-banned") < 0.5
    assert score("", "https://[broken/nudify") < 1.0


def test_what_is_too_long_to_be_read_is_doubtful():
    assert score("calm " * MAX_CHARS) >= 0.5


def test_pictures_have_no_words_and_requests_are_none_of_its_business():
    (finding,) = Promotion().look(upload(picture(flat())))
    assert finding.score == 0.0
    assert not Promotion().look(request(prompt="nudify"))


def test_no_report_warning_or_harmless_advertisement_of_the_rows_never_looked_at_is_refused():
    shelf = Path(__file__).parents[1] / "attacks" / "prompts" / "posts_unseen.csv"
    with shelf.open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["label"] == "benign"]
    scores = [score(row["text"], *filter(None, [row["link"]])) for row in rows]
    assert len(scores) == 30
    assert max(scores) < 0.85
    assert sum(found >= 0.5 for found in scores) <= 2
