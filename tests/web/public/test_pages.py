"""Every page is a whole document in its language, and what people wrote is text in it."""

from consentry.web.public import pages
from consentry.web.public.words import words


def test_what_people_wrote_is_never_markup():
    made = pages.page("check.html", "check", words("en"), rows=[("where", "<script>x</script>", "where")])
    assert b"<script>x" not in made.body
    assert b"&lt;script&gt;x" in made.body


def test_a_title_gives_nothing_away():
    made = pages.page("seen.html", "seen", words("en"))
    assert b"<title>Someone else \xc2\xb7 Form</title>" in made.body


def test_helplines_are_links_that_say_nothing_of_who_follows_them():
    for kind in ("line", "child"):
        for line in pages.helplines(kind):
            assert line["address"].startswith("https://")
    made = pages.page("child.html", "child", words("en"), after="where", helplines=pages.helplines("child"))
    assert made.body.count(b'rel="noreferrer nofollow"') == len(pages.helplines("child"))


def test_static_files_are_there():
    assert b"pdq.mjs" in pages.static("report.mjs")
