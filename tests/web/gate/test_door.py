"""Every dialect reads words, numbers, switches and pictures in the same strict way."""

import base64
import math
import time
from dataclasses import replace

import pytest

from consentry.core.errors import BadInput, TooLarge
from consentry.web.gate import door
from support.callers import ADDRESS, CALLER

ENCODED = "data:image/png;base64," + base64.b64encode(b"picture").decode()


def refused(function, *args):
    with pytest.raises(BadInput) as caught:
        function(*args)
    return caught.value


@pytest.mark.parametrize(
    "reference",
    [
        b"picture",
        ENCODED,
        ADDRESS,
        {"url": ADDRESS},
        {"url": ENCODED},
        {"image_url": ENCODED},
        {"image_url": {"url": ENCODED}},
    ],
)
def test_a_picture_may_be_wrapped_as_clients_do(reference):
    assert CALLER._bytes(reference) == b"picture"


@pytest.mark.parametrize(
    "reference", [None, 7, {}, [], {"image_url": {}}, {"file": "x"}, "file_1", "http://other.example/1.png"]
)
def test_what_is_named_and_not_sent_cannot_be_judged(reference):
    assert refused(CALLER._bytes, reference).code == "unresolvable_reference"


def test_all_addresses_of_one_request_share_what_may_be_fetched():
    caller = replace(CALLER, budget=door.Budget(20, math.inf))
    assert len(caller.pictures([ADDRESS, ADDRESS])) == 2
    with pytest.raises(TooLarge):
        caller.picture(ADDRESS)
    assert caller.picture(ENCODED)  # what is sent along costs nothing of it


def test_when_the_time_for_fetching_is_up_nobody_is_asked_any_more():
    caller = replace(CALLER, budget=door.Budget(100, time.monotonic()))
    stopped = refused(caller.picture, ADDRESS)
    assert (stopped.code, caller.budget.left) == ("fetch_budget", 100)


def test_one_several_or_none_are_a_list():
    assert (door.listed(None), door.listed("a"), door.listed(["a"])) == ([], ["a"], ["a"])


@pytest.mark.parametrize("found", [None, "", "  ", 7, ["a"], "a" * (door.MAX_PROMPT + 1)])
def test_a_prompt_is_words_and_not_too_many(found):
    assert refused(door.prompt, found, "text").param == "text"
    assert door.prompt("a" * door.MAX_PROMPT)


@pytest.mark.parametrize("found", [0, 11, -1, True, None, "1.5", 1.0, "٣x"])
def test_a_count_is_a_number_in_range(found):
    assert refused(door.count, found).param == "n"
    assert [door.count(one) for one in (1, "10")] == [1, 10]


def test_a_setting_is_short_text_and_a_switch_is_true_or_false():
    assert door.setting({"a": 7}, "a", "") == "7"
    assert door.setting({}, "a", "auto") == "auto"
    assert refused(door.setting, {"a": "x" * 101}, "a", "").param == "a"
    assert refused(door.setting, {"a": {}}, "a", "").param == "a"
    assert [door.chosen({"s": one}, "s") for one in (True, "true", "True", False, "false", None)] == (
        [True] * 3 + [False] * 3
    )
    assert refused(door.chosen, {"s": "yes"}, "s").param == "s"


def test_what_is_not_known_is_refused_by_name():
    door.only({"a": 1}, frozenset({"a"}))
    assert refused(door.only, {"a": 1, "b": 2}, frozenset({"a"})).param == "b"


def test_so_many_pictures_and_no_more():
    assert len(CALLER.pictures([b"ok"] * door.MAX_INPUTS)) == door.MAX_INPUTS
    assert refused(CALLER.pictures, [b"ok"] * (door.MAX_INPUTS + 1)).code == "too_many_images"
