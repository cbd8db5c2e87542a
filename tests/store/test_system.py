"""Time, identifiers, passphrases and keys come from the machine, and nobody can guess them."""

import re
from datetime import UTC, timedelta

import pytest

from consentry.core.errors import SetupTrouble
from consentry.store.system import (
    REFERENCE_LETTERS,
    RandomIds,
    ScryptPassphrases,
    SystemClock,
    _words,
    secret_file,
)

QUICK = ScryptPassphrases(b"pepper", cost=2)
REFERENCE = "C-7KQ2-M4XD"
PHRASE = "one two three four five six"


def test_the_clock_is_in_utc_and_goes_on():
    one, other = SystemClock().now(), SystemClock().now()
    assert one.tzinfo is UTC
    assert timedelta(0) <= other - one < timedelta(seconds=5)


def test_identifiers_say_what_they_are_and_are_beyond_guessing():
    made = [RandomIds().new("dec") for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(re.fullmatch(r"dec_[a-z2-7]{26}", each) for each in made)


def test_references_have_no_letters_that_look_alike_and_no_vowels():
    assert not set(REFERENCE_LETTERS) & set("01OILSZBAEU")
    assert re.fullmatch(r"C-[2-9A-Z]{4}-[2-9A-Z]{4}", QUICK.reference())


def test_a_passphrase_is_six_words_of_a_long_list():
    words = QUICK.make().split(" ")
    assert len(words) == 6
    assert set(words) <= set(_words())
    assert len(set(_words())) == 7776


def test_a_passphrase_is_known_again_however_it_is_typed():
    digest = QUICK.digest(REFERENCE, PHRASE)
    for typed in (PHRASE, f" {PHRASE.upper()} ", PHRASE.replace(" ", "-"), PHRASE.replace(" ", "  ")):
        assert QUICK.matches(digest, REFERENCE, typed)


@pytest.mark.parametrize(
    ("passphrases", "reference", "typed"),
    [
        (QUICK, REFERENCE, "one two three four five seven"),
        (QUICK, "C-2222-2222", PHRASE),
        (ScryptPassphrases(b"other", cost=2), REFERENCE, PHRASE),
        (QUICK, REFERENCE, ""),
    ],
    ids=["another phrase", "another case", "another server", "nothing"],
)
def test_nothing_else_opens_a_case(passphrases, reference, typed):
    assert not passphrases.matches(QUICK.digest(REFERENCE, PHRASE), reference, typed)


def test_the_same_passphrase_is_never_stored_alike():
    assert QUICK.digest(REFERENCE, PHRASE) != QUICK.digest(REFERENCE, PHRASE)
    assert "three" not in QUICK.digest(REFERENCE, PHRASE)


def test_where_there_is_no_digest_nothing_matches():
    assert not QUICK.matches("", REFERENCE, PHRASE)
    assert not QUICK.matches("", REFERENCE, "")


def test_a_secret_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "inner" / "a.key"
    made = secret_file(path)
    assert len(made) == 32
    assert secret_file(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_file(tmp_path / "b.key") != made


def test_a_secret_that_others_can_read_is_not_used(tmp_path):
    secret_file(tmp_path / "a.key")
    (tmp_path / "a.key").chmod(0o640)
    with pytest.raises(SetupTrouble, match="read by others"):
        secret_file(tmp_path / "a.key")


def test_a_secret_that_was_cut_off_is_not_used(tmp_path):
    secret_file(tmp_path / "a.key", 32)
    with pytest.raises(SetupTrouble, match="not whole"):
        secret_file(tmp_path / "a.key", 64)


def test_a_place_where_nothing_can_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupTrouble, match=r"a\.key"):
        secret_file(tmp_path / "file" / "a.key")
