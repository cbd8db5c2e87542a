"""How things stand: counts in words, a plot that is also a table, and nobody's name."""

from datetime import timedelta

import pytest

from consentry.core.breaker import Ability, Tally
from consentry.core.route import Route, Tried
from consentry.core.staff import Role
from consentry.web.console.figures import FLOOR, WIDTH, bars
from support.console import Desk
from support.stores import NOON


def test_the_plot_is_as_high_as_the_busiest_hour_and_says_each_in_words():
    hours = [
        (NOON + timedelta(hours=at), Tally(asked, refused))
        for at, (asked, refused) in enumerate([(0, 0), (8, 2)])
    ]
    first, second = bars(hours)
    assert (first.asked, second.asked, second.refused) == (0, FLOOR, FLOOR / 4)
    assert second.left > first.left + first.wide
    assert second.left + second.wide < WIDTH
    assert second.says == "13:00: 8 asked, 2 refused or held"
    assert (first.hour, second.hour) == ("12", "")
    assert list(bars([])) == []


@pytest.fixture(scope="module")
def page():
    desk = Desk()
    desk.reported()
    desk.clock.pass_(43 * 3600)
    with desk.store.begin() as tx:
        tx.count_asked(Ability.EDIT, Tally(7, 3, 4))
        route = Route("images.edits", "POST /v1/images/edits", "gate", NOON)
        tx.save_route(route)
        tx.save_route(Route("app", "the app", "apps", NOON, tried=Tried.UNGUARDED, checked=NOON))
    return desk.member("ada", Role.REVIEWER).get("/figures").text


def test_what_waits_and_what_is_unguarded_is_said_in_words(page):
    assert "<b>1</b> due in 6 hours" in page
    assert "<b>0</b> overdue" in page
    assert 'class="ill">unguarded' in page


def test_what_was_stopped_is_a_plot_and_a_table(page):
    assert "7 asked, 3 refused or held" in page
    assert "<td>7</td><td>3</td>" in page
    assert page.count("<rect") == 48


def test_nobody_is_named_but_whoever_reads_it(page):
    assert page.count("ada") == 1
