from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import BadInput, IllegalTransition
from consentry.core.report import (
    MAX_LINE,
    MAX_PLACES,
    MAX_TEXT,
    MAX_URL,
    REPORT_TABLE,
    Report,
    ReportEvent,
    ReportState,
    Standing,
    Under18,
    check,
    step,
)

GOOD = Report(
    standing=Standing.SELF,
    under18=Under18.NO,
    urls=("https://site.example/1",),
    statement="I am in it and did not agree.",
    declares_intimate=True,
    good_faith=True,
    signature="A. Name",
)

URL = "https://site.example/"
LONGEST = URL + "x" * (MAX_URL - len(URL))


@pytest.mark.parametrize("pair", REPORT_TABLE, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_every_step_in_the_table_works(pair):
    assert step(*pair) is REPORT_TABLE[pair]


@pytest.mark.parametrize("pair", sorted(set(product(ReportState, ReportEvent)) - set(REPORT_TABLE)))
def test_every_other_step_is_refused(pair):
    state, event = pair
    with pytest.raises(IllegalTransition, match=rf"^{event} cannot happen to a report that is {state}$"):
        step(state, event)


@pytest.mark.parametrize("state", ReportState)
def test_a_sign_of_a_child_is_heard_in_every_state_and_never_forgotten(state):
    assert step(state, ReportEvent.CHILD_SIGN) is ReportState.HANDED_OVER
    leaving = {to for (at, _), to in REPORT_TABLE.items() if at is ReportState.HANDED_OVER}
    assert leaving == {ReportState.HANDED_OVER}


@pytest.mark.parametrize("state", [ReportState.RECEIVED, ReportState.ACCEPTED, ReportState.CLOSED])
def test_a_report_can_be_taken_back_until_specialists_have_it(state):
    assert step(state, ReportEvent.WITHDRAW) is ReportState.WITHDRAWN


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"urls": ("http://site.example/1", "https://other.example")},
        {"urls": (URL,) * MAX_PLACES},
        {"urls": (LONGEST,)},
        {"statement": "x" * MAX_TEXT},
        {"signature": "x" * MAX_LINE, "contact": "x" * MAX_LINE},
        {"contact": "", "place": ""},
    ],
)
def test_a_report_with_everything_is_taken(change):
    check(replace(GOOD, **change))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("urls", (), "say where the picture is"),
        ("urls", (URL,) * (MAX_PLACES + 1), "send at most 100 addresses in one report"),
        ("urls", (URL, "site.example/1"), "give each place as a full web address"),
        ("urls", ("https://",), "give each place as a full web address"),
        ("urls", ("https:///1",), "give each place as a full web address"),
        ("urls", (" https://site.example",), "give each place as a full web address"),
        ("urls", ("https://site.example/a b",), "give each place as a full web address"),
        ("urls", ("https://site.example\n",), "give each place as a full web address"),
        ("urls", ("ftp://site.example",), "give each place as a full web address"),
        ("urls", ("javascript:https://x",), "give each place as a full web address"),
        ("urls", (LONGEST + "x",), "give each place as a full web address"),
        ("declares_intimate", False, "confirm that it is an intimate image"),
        ("good_faith", False, "confirm that what you say is true as far as you know"),
        ("statement", " \n", "say in a sentence why it should not be there"),
        ("statement", "x" * (MAX_TEXT + 1), "use at most 5000 characters"),
        ("signature", "\t", "type a name as your signature"),
        ("signature", "x" * (MAX_LINE + 1), "use at most 320 characters"),
        ("contact", "x" * (MAX_LINE + 1), "use at most 320 characters"),
    ],
)
def test_what_is_missing_is_asked_for_by_its_field(field, value, says):
    with pytest.raises(BadInput) as refused:
        check(replace(GOOD, **{field: value}))
    found = refused.value
    assert (found.param, found.code, found.message) == (field, "report_incomplete", f"Please {says}.")


@given(st.text(), st.text(), st.text())
def test_no_refusal_repeats_what_the_person_wrote(statement, signature, contact):
    secret = "Ada-Lovelace"
    report = replace(GOOD, urls=(f"no address {secret}",), statement=statement + secret, signature=secret)
    with pytest.raises(BadInput) as refused:
        check(replace(report, contact=contact + signature))
    assert secret not in str(refused.value)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("under18", Under18)
def test_whoever_is_not_sure_goes_to_the_specialists(standing, under18):
    report = replace(GOOD, standing=standing, under18=under18)
    assert report.child_path is (under18 is not Under18.NO or standing is Standing.GUARDIAN)
