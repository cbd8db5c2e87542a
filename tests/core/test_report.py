from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import BadInput, IllegalTransition
from consentry.core.report import (
    FEWEST_BITS,
    MAX_HASHES,
    MAX_LINE,
    MAX_PLACES,
    MAX_TEXT,
    MAX_URL,
    MOST_BITS,
    REPORT_TABLE,
    DeviceHash,
    Report,
    ReportEvent,
    ReportState,
    Standing,
    Under18,
    check,
    check_more,
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

HASH = DeviceHash("0f" * 32, 90)
ASK_HASH = "send 64 hexadecimal digits and a quality"

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
        ("where", "x" * (MAX_TEXT + 1), "use at most 5000 characters"),
        ("hashes", (HASH,) * (MAX_HASHES + 1), "send at most 20 pictures in one report"),
        ("hashes", (HASH, replace(HASH, pdq="0F" * 32)), ASK_HASH),
        ("hashes", (replace(HASH, pdq="0f" * 33),), ASK_HASH),
        ("hashes", (replace(HASH, quality=101),), ASK_HASH),
        ("hashes", (replace(HASH, quality=-1),), ASK_HASH),
        ("language", "English, please", "name the language by its code"),
        ("language", "", "name the language by its code"),
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


@pytest.mark.parametrize("said", [{"where": "a group"}, {"hashes": (HASH,)}, {"urls": GOOD.urls}])
def test_any_way_of_saying_where_is_enough(said):
    check(replace(GOOD, **({"urls": ()} | said)))


def test_saying_nowhere_is_not():
    with pytest.raises(BadInput) as refused:
        check(replace(GOOD, urls=(), where=" \n"))
    assert (refused.value.param, refused.value.message) == ("urls", "Please say where the picture is.")


@pytest.mark.parametrize("child", [{"under18": Under18.YES}, {"under18": Under18.UNSURE}])
def test_a_picture_of_a_child_is_not_hashed_by_anybody_at_home(child):
    with pytest.raises(BadInput) as refused:
        check(replace(GOOD, hashes=(HASH,), **child))
    assert refused.value.message == "Please only say where it is."
    check(replace(GOOD, **child))


@pytest.mark.parametrize("quality", [0, 49, 50, 100])
@pytest.mark.parametrize("bits", [0, FEWEST_BITS - 1, FEWEST_BITS, 128, MOST_BITS, MOST_BITS + 1, 256])
def test_a_hash_of_nothing_in_particular_finds_nothing(bits, quality):
    digits = f"{(1 << bits) - 1:064x}"
    wanted = quality >= 50 and FEWEST_BITS <= bits <= MOST_BITS
    assert DeviceHash(digits, quality).plausible is wanted
    check(replace(GOOD, hashes=(DeviceHash(digits, quality),)))


@pytest.mark.parametrize("language", ["en", "cy", "pt-BR", "zh-Hant"])
def test_a_language_is_named_by_its_code(language):
    check(replace(GOOD, language=language))


def test_more_places_are_checked_like_the_first_ones():
    check_more((URL + "2",), MAX_PLACES - 1)
    for urls, present, says, code in (
        ((), 0, "Please give an address.", "report_incomplete"),
        ((URL,), MAX_PLACES, "A report has at most 100 addresses.", "report_full"),
        ((URL, "nowhere"), 0, "Please give each place as a full web address.", "invalid_request"),
    ):
        with pytest.raises(BadInput) as refused:
            check_more(urls, present)
        assert (refused.value.param, refused.value.message, refused.value.code) == ("urls", says, code)
