"""Time, identifiers, passphrases and secret files are what they claim to be."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from consentry.core.errors import SetupTrouble
from consentry.store.system import (
    REFERENCE_LETTERS,
    RandomIds,
    ScryptPassphrases,
    SystemClock,
    secret_file,
)
from support.limits import no_room


@pytest.fixture
def passphrases():
    return ScryptPassphrases(b"pepper", cost=2**4)


def test_the_clock_is_in_utc():
    now = SystemClock().now()
    assert now.utcoffset().total_seconds() == 0
    assert abs(now.timestamp() - time.time()) < 5


def test_identifiers_are_never_the_same_and_safe_in_an_address():
    made = [RandomIds().new("dec") for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(re.fullmatch(r"dec_[a-z2-7]{26}", one) for one in made)


def test_a_reference_has_no_letters_that_look_alike(passphrases):
    made = passphrases.reference()
    assert re.fullmatch(rf"C-[{REFERENCE_LETTERS}]{{4}}-[{REFERENCE_LETTERS}]{{4}}", made)
    assert not set("01OIAEU") & set(REFERENCE_LETTERS)


def test_a_passphrase_is_six_words_and_never_the_same(passphrases):
    one, two = passphrases.make(), passphrases.make()
    assert len(one.split()) == 6
    assert one != two


@pytest.mark.parametrize("typed", ["amber basin cedar", "Amber  basin-cedar ", "AMBER-BASIN-CEDAR"])
def test_a_passphrase_is_known_however_it_is_typed(passphrases, typed):
    digest = passphrases.digest("C-1", "amber basin cedar")
    assert passphrases.matches(digest, "C-1", typed)


@pytest.mark.parametrize(
    ("reference", "typed"), [("C-1", "amber basin"), ("C-2", "amber basin cedar"), ("C-1", "")]
)
def test_a_wrong_passphrase_or_reference_is_refused(passphrases, reference, typed):
    digest = passphrases.digest("C-1", "amber basin cedar")
    assert not passphrases.matches(digest, reference, typed)


def test_no_digest_matches_nothing(passphrases):
    assert not passphrases.matches("", "C-1", "")


def test_a_stolen_digest_is_useless_without_the_pepper(passphrases):
    digest = passphrases.digest("C-1", "amber basin cedar")
    assert not ScryptPassphrases(b"other", cost=2**4).matches(digest, "C-1", "amber basin cedar")
    assert digest != passphrases.digest("C-1", "amber basin cedar")


def test_a_secret_file_is_made_once_and_private(tmp_path):
    path = tmp_path / "data" / "pepper.key"
    secret = secret_file(path)
    assert len(secret) == 32
    assert secret_file(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["pepper.key"]


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: secret_file(tmp_path / "pepper.key"), range(40)))
    assert len(set(found)) == 1


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "pepper.key"
    secret_file(path)
    path.chmod(0o640)
    with pytest.raises(SetupTrouble, match="read by others"):
        secret_file(path)


def test_a_secret_that_is_not_whole_is_refused(tmp_path):
    path = tmp_path / "pepper.key"
    path.touch(mode=0o600)
    with pytest.raises(SetupTrouble, match="not whole"):
        secret_file(path)


def test_a_full_disk_leaves_no_half_secret(tmp_path):
    with no_room(limit=8), pytest.raises(SetupTrouble):
        secret_file(tmp_path / "pepper.key")
    assert list(tmp_path.iterdir()) == []
    assert len(secret_file(tmp_path / "pepper.key")) == 32
