"""An authenticator's answer proves what it says or counts for nothing."""

import json

import pytest

from consentry.core.challenge import written
from consentry.core.errors import NotAllowed
from consentry.core.staff import Member, Passkey
from consentry.remote.passkeys import LONGEST, WebPasskeys
from support.softkey import PRESENT, SoftKey
from support.stores import NOON

HERE = WebPasskeys("localhost", "http://localhost:8321")
ADA = Member("stf_1", "ada", frozenset(), NOON)
QUESTION = written(b"a question of thirty-two bytes..")
OTHER = written(b"another question of as many ....")


@pytest.fixture
def key():
    return SoftKey()


def registered(key):
    new = HERE.made(key.make(HERE.to_make(ADA, QUESTION, ())), QUESTION)
    return Passkey(new.id, "stf_1", new.key, new.uses, "Blue", NOON)


def test_a_passkey_is_made_and_used(key):
    passkey = registered(key)
    answer = key.touch(HERE.to_touch(QUESTION, [passkey]))
    assert HERE.name(answer) == passkey.id == written(key.name)
    assert HERE.question(answer) == QUESTION
    assert HERE.used(answer, QUESTION, passkey) == 1


def test_the_page_asks_for_its_owner_and_names_what_there_is(key):
    passkey = registered(key)
    make, touch = (
        json.loads(HERE.to_make(ADA, QUESTION, [passkey])),
        json.loads(HERE.to_touch(QUESTION, [passkey])),
    )
    assert make["authenticatorSelection"]["userVerification"] == touch["userVerification"] == "required"
    assert make["authenticatorSelection"]["residentKey"] == "required"
    assert make["attestation"] == "none"
    assert make["excludeCredentials"][0]["id"] == touch["allowCredentials"][0]["id"] == passkey.id
    assert make["rp"]["id"] == touch["rpId"] == "localhost"


@pytest.mark.parametrize("wrong", ["question", "origin", "host", "flags", "signature"])
def test_what_differs_in_anything_is_refused(key, wrong):
    passkey = registered(key)
    if wrong == "origin":
        key.origin = "http://localhost:8322"
    if wrong == "flags":
        key.flags = PRESENT
    options = json.loads(HERE.to_touch(QUESTION, [passkey]))
    if wrong == "host":
        options["rpId"] = "elsewhere.example"
    answer = key.touch(json.dumps(options))
    if wrong == "signature":
        answer = SoftKey().touch(json.dumps(options)).replace(written(SoftKey().name), passkey.id)
    with pytest.raises(NotAllowed):
        HERE.used(answer, OTHER if wrong == "question" else QUESTION, passkey)


@pytest.mark.parametrize("wrong", ["question", "origin", "flags"])
def test_a_new_passkey_that_differs_is_refused(key, wrong):
    if wrong == "origin":
        key.origin = "https://localhost:8321"
    if wrong == "flags":
        key.flags = PRESENT
    answer = key.make(HERE.to_make(ADA, QUESTION, ()))
    with pytest.raises(NotAllowed):
        HERE.made(answer, OTHER if wrong == "question" else QUESTION)


@pytest.mark.parametrize(
    "answer",
    ["", "x", "{}", "[]", "1", '{"response": {"clientDataJSON": "AA"}}', "[" * 9_000, "1" * (LONGEST + 1)],
)
def test_what_is_no_answer_says_nothing_and_proves_nothing(key, answer):
    passkey = registered(key)
    assert HERE.question(answer) == HERE.name(answer) == ""
    with pytest.raises(NotAllowed):
        HERE.made(answer, QUESTION)
    with pytest.raises(NotAllowed):
        HERE.used(answer, QUESTION, passkey)
