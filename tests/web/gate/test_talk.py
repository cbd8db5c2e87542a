"""A conversation comes to one request in which every word and picture of the caller counts."""

import pytest

from consentry.core.errors import BadInput
from consentry.web.gate import door
from consentry.web.gate.talk import MAX_TURNS, Turn, talk, thing, things, words
from support.callers import CALLER


def told(*turns):
    return talk([Turn(*turn) for turn in turns], CALLER, "messages")


def refused(*turns):
    with pytest.raises(BadInput) as caught:
        told(*turns)
    return caught.value


def test_the_last_turn_is_the_wish_and_the_callers_earlier_words_come_with_it():
    found = told(
        ("system", ("be kind",)),
        ("user", ("a harbour",)),
        ("assistant", ("Here it is.",)),
        ("developer", ("in oil",)),
        ("user", ("at dusk", "and calm")),
    )
    assert found.prompt == "at dusk\nand calm"
    assert found.earlier == ("be kind", "a harbour", "in oil")


def test_pictures_of_the_caller_come_first_from_the_last_turn_and_none_comes_twice():
    found = told(
        ("user", ("one",), (b"ok 1", b"ok 2")),
        ("model", (), (b"ok a",)),
        ("assistant", (), (b"ok b", b"ok a")),
        ("user", ("two",), (b"ok 3", b"ok 1")),
    )
    assert [one.data for one in found.inputs] == [b"ok 3", b"ok 1", b"ok 2"]
    assert [one.data for one in found.made] == [b"ok a", b"ok b"]


@pytest.mark.parametrize(
    "turns",
    [(), [("assistant", ("a",))], [("user", ("a",)), ("system", ("b",))], [("user", ("",))], [("user", ())]],
)
def test_the_last_turn_must_ask_for_something(turns):
    assert refused(*turns).code == "missing_prompt"


def test_a_role_that_nobody_knows_is_refused():
    assert refused(("tool", ("a",)), ("user", ("b",))).code == "unknown_parameter"


def test_there_is_an_end_to_turns_words_and_pictures():
    user = ("user", ("a",))
    assert told(*[user] * MAX_TURNS)
    assert refused(*[user] * (MAX_TURNS + 1)).param == "messages"
    half = "a" * (door.MAX_PROMPT // 2)
    assert told(("user", (half, half)), user)
    assert refused(("user", (half, half, "a")), user).param == "messages"
    one = ("assistant", (), (b"ok",) * (door.MAX_INPUTS - 1))
    assert told(one, ("user", ("a",), (b"ok",)))
    assert refused(one, ("user", ("a",), (b"ok", b"ok"))).code == "too_many_images"


@pytest.mark.parametrize(
    ("function", "found"), [(thing, []), (thing, None), (things, {}), (things, [1]), (words, 7)]
)
def test_json_of_another_shape_is_refused_by_name(function, found):
    with pytest.raises(BadInput) as caught:
        function(found, "field")
    assert caught.value.param == "field"
