"""A session begins with what proves who somebody is, ends in time, and is kept as a digest."""

import json

import pytest

from consentry.core.errors import NotAllowed, NotFound, UpstreamTrouble
from consentry.core.staff import FRESH, IDLE, LONGEST, Role, Way
from consentry.flows.signin import SignIn
from support.console import Desk, events
from support.softkey import SoftKey

WRONG = "six words that are not right"


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def key(desk):
    return SoftKey(desk.origin)


@pytest.fixture
def ada(desk, key):
    """A member with a passkey."""
    member, shown = desk.staff.add("ada", frozenset({Role.REVIEWER}))
    signed = desk.sign_in.signed(desk.sign_in.accept(shown))
    answer = key.make(desk.accounts.to_make(member, "b"))
    desk.accounts.add_passkey(member, signed.session, "b", answer, "Blue")
    return member


def asked(desk, browser="b", purpose="sign in") -> str:
    sign_in = desk.sign_in
    return sign_in.passkeys.to_touch(sign_in.question(browser, purpose), ())


def by_passkey(desk, key) -> str:
    return desk.sign_in.by_passkey("b", key.touch(asked(desk)))


def words_of(desk, ada) -> str:
    signed = desk.sign_in.signed(desk.sign_in.accept(desk.staff.invite("ada")[1]))
    return desk.accounts.make_passphrase(ada, signed.session)


def test_a_passkey_signs_in_and_counts_as_touched(desk, key, ada):
    signed = desk.sign_in.signed(by_passkey(desk, key))
    assert (signed.member.id, signed.session.way) == (ada.id, Way.PASSKEY)
    assert signed.session.fresh(desk.clock.now())
    assert not signed.session.fresh(desk.clock.now() + FRESH)


def test_what_the_browser_holds_is_nowhere_in_the_store(desk, key, ada):
    token = by_passkey(desk, key)
    assert token not in str(desk.store._tables)
    assert token not in str(desk.log())
    assert desk.log()[-1]["way"] == "passkey"


def test_a_session_ends_when_idle_but_not_while_it_is_used(desk, key, ada):
    token = by_passkey(desk, key)
    for _ in range(10):
        desk.clock.pass_(IDLE.total_seconds() - 61)
        assert desk.sign_in.signed(token)
    desk.clock.pass_(IDLE.total_seconds())
    assert desk.sign_in.signed(token) is None


def test_a_session_ends_after_eight_hours_however_busy(desk, key, ada):
    token, step = by_passkey(desk, key), 20 * 60
    for _ in range(int(LONGEST.total_seconds()) // step - 1):
        desk.clock.pass_(step)
        assert desk.sign_in.signed(token)
    desk.clock.pass_(step)
    assert desk.sign_in.signed(token) is None


def test_old_sessions_are_forgotten_when_somebody_signs_in(desk, key, ada):
    by_passkey(desk, key)
    desk.clock.pass_(LONGEST.total_seconds() + 1)
    by_passkey(desk, key)
    with desk.store.read() as view:
        assert len(view.sessions(ada.id)) == 1


@pytest.mark.parametrize("token", ["", "in_nobody"])
def test_nobody_is_signed_in_with_nothing(desk, token):
    assert desk.sign_in.signed(token) is None


def test_an_answer_to_an_old_question_is_refused(desk, key, ada):
    answer = key.touch(asked(desk))
    desk.clock.pass_(300)
    with pytest.raises(NotAllowed):
        desk.sign_in.by_passkey("b", answer)


@pytest.mark.parametrize(("browser", "purpose"), [("another", "sign in"), ("b", "touch"), ("b", "make")])
def test_an_answer_meant_for_something_else_is_refused(desk, key, ada, browser, purpose):
    with pytest.raises(NotAllowed):
        desk.sign_in.by_passkey("b", key.touch(asked(desk, browser, purpose)))


@pytest.mark.parametrize("counts", [True, False])
def test_an_answer_counts_once(desk, key, ada, counts):
    key.counts = counts
    answer = key.touch(asked(desk))
    desk.sign_in.by_passkey("b", answer)
    with pytest.raises(NotAllowed):
        desk.sign_in.by_passkey("b", answer)


def test_a_copied_passkey_is_noticed_by_its_count(desk, key, ada):
    key.uses = 7
    by_passkey(desk, key)
    key.uses = 7
    with pytest.raises(NotAllowed):
        by_passkey(desk, key)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "{", '{"id": 1, "response": {}}', "[" * 5_000])
def test_what_is_no_answer_is_refused(desk, ada, answer):
    with pytest.raises(NotAllowed):
        desk.sign_in.by_passkey("b", answer)


def test_who_is_disabled_signs_in_by_no_way(desk, key, ada):
    words = words_of(desk, ada)
    desk.staff.disable("ada")
    with pytest.raises(NotAllowed):
        by_passkey(desk, key)
    with pytest.raises(NotAllowed):
        desk.sign_in.by_passphrase("ada", words)


def test_a_touch_makes_the_session_fresh_for_five_minutes(desk, key, ada):
    token = desk.sign_in.by_passphrase("ada", words_of(desk, ada))
    signed = desk.sign_in.signed(token)
    assert not signed.session.fresh(desk.clock.now())
    desk.sign_in.touch(signed, "b", key.touch(asked(desk, purpose="touch")))
    assert desk.sign_in.signed(token).session.fresh(desk.clock.now())
    assert events(desk.log())[-1] == "touched"
    desk.clock.pass_(300)
    assert not desk.sign_in.signed(token).session.fresh(desk.clock.now())


def test_a_session_that_was_ended_meanwhile_is_not_brought_back_by_a_touch(desk, key, ada):
    token = by_passkey(desk, key)
    signed = desk.sign_in.signed(token)
    desk.staff.end_sessions("ada")
    with pytest.raises(NotAllowed):
        desk.sign_in.touch(signed, "b", key.touch(asked(desk, purpose="touch")))
    assert desk.sign_in.signed(token) is None


def test_five_wrong_passphrases_make_even_the_right_one_wait(desk, ada):
    words = words_of(desk, ada)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            desk.sign_in.by_passphrase("ada", WRONG)
    with pytest.raises(NotAllowed) as barred:
        desk.sign_in.by_passphrase("ada", words)
    with pytest.raises(NotAllowed) as unknown:
        desk.sign_in.by_passphrase("nobody", words)
    assert barred.value.message == unknown.value.message
    desk.clock.pass_(30)
    assert desk.sign_in.by_passphrase("ada", words)
    assert events(desk.log()).count("passphrase_refused") == 5


def test_tries_while_one_waits_do_not_make_the_wait_longer(desk, ada):
    words = words_of(desk, ada)
    for _ in range(50):
        with pytest.raises(NotAllowed):
            desk.sign_in.by_passphrase("ada", WRONG)
    desk.clock.pass_(30)
    assert desk.sign_in.by_passphrase("ada", words)


def test_a_right_passphrase_forgives_the_wrong_ones(desk, ada):
    words = words_of(desk, ada)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(NotAllowed):
                desk.sign_in.by_passphrase("ada", WRONG)
        desk.sign_in.by_passphrase("ada", words)


def test_who_has_no_passphrase_signs_in_with_none(desk, ada):
    for words in ("", WRONG):
        with pytest.raises(NotAllowed):
            desk.sign_in.by_passphrase("ada", words)


class Elsewhere:
    """A provider that knows one code."""

    name = "Elsewhere"

    def address(self, state, nonce, verifier):
        return json.dumps([state, nonce, verifier])

    def identity(self, code, nonce, verifier):
        if code == "down":
            raise UpstreamTrouble("Elsewhere does not answer.")
        return json.dumps([code, nonce, verifier])


@pytest.fixture
def sign_in(desk):
    here = desk.sign_in
    return SignIn(here.store, here.ids, here.passphrases, here.passkeys, here.key, Elsewhere())


def test_without_a_provider_there_is_no_way_there(desk):
    with pytest.raises(NotFound):
        desk.sign_in.away("b")


def test_who_comes_back_has_the_nonce_and_verifier_they_went_with(sign_in):
    address, state = sign_in.away("b")
    _, nonce, verifier = json.loads(address)
    assert len({state, nonce, verifier}) == 3
    assert json.loads(sign_in.identity("b", state, "code")) == ["code", nonce, verifier]


def test_nobody_comes_back_twice_or_in_another_browser(sign_in):
    _, state = sign_in.away("b")
    with pytest.raises(NotAllowed):
        sign_in.identity("another", state, "code")
    sign_in.identity("b", state, "code")
    with pytest.raises(NotAllowed):
        sign_in.identity("b", state, "code")


def test_only_who_linked_their_account_comes_in_by_it(desk, sign_in, ada, key):
    with pytest.raises(NotAllowed):
        sign_in.by_identity("me")
    signed = desk.sign_in.signed(by_passkey(desk, key))
    desk.accounts.link(ada, signed.session, "me")
    assert sign_in.signed(sign_in.by_identity("me")).session.way is Way.PROVIDER
    desk.staff.disable("ada")
    with pytest.raises(NotAllowed):
        sign_in.by_identity("me")


def test_form_tokens_follow_the_browser(desk):
    assert desk.sign_in.form("a") == desk.sign_in.form("a") != desk.sign_in.form("b")
