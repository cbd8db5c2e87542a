import pytest

from consentry.core.errors import NotAllowed
from consentry.core.secret import must_hold
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, PlainPassphrases, StillClock

WORDS = "one two three four five six"


@pytest.fixture
def snapshot():
    store = MemoryStore(StillClock(), CountingIds())
    with store.begin() as tx:
        tx.put_secret("C-1", PlainPassphrases().digest("C-1", WORDS))
    with store.read() as view:
        yield view


def test_the_passphrase_of_a_reference_opens_it(snapshot):
    must_hold(PlainPassphrases(), snapshot, "C-1", WORDS)


@pytest.mark.parametrize(
    ("reference", "words", "there"),
    [("C-1", "six five four", True), ("C-1", "", True), ("C-2", WORDS, True), ("C-1", WORDS, False)],
)
def test_nothing_else_does_and_every_refusal_is_the_same(snapshot, reference, words, there):
    with pytest.raises(NotAllowed) as refused:
        must_hold(PlainPassphrases(), snapshot, reference, words, there=there)
    found = refused.value
    assert found.message == "Reference and passphrase do not belong together."
    assert found.code == "wrong_passphrase"
    assert found.next_step == "Check both; the passphrase is six words with spaces or hyphens."


def test_an_unknown_reference_is_looked_up_as_slowly_as_a_known_one(snapshot):
    asked = []

    class Noting(PlainPassphrases):
        def matches(self, digest, reference, passphrase):
            asked.append(digest)
            return False

    for reference in ("C-1", "C-2"):
        with pytest.raises(NotAllowed):
            must_hold(Noting(), snapshot, reference, WORDS)
    assert asked == [f"C-1/{WORDS}", ""]
