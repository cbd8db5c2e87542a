import pytest

from consentry.core.content import Account, Post
from consentry.signals.person import Person
from contracts.pictures import draft, flat, noise, picture, request, unreadable, upload
from contracts.signal import SignalContract


class TestPerson(SignalContract):
    @pytest.fixture
    def signal(self):
        return Person()


@pytest.mark.parametrize(
    "subject",
    [
        request(picture(noise(1))),
        request(picture(flat())),
        request(unreadable()),
        request(mask=picture(flat())),
        draft(picture(noise(2)), picture(noise(1))),
        upload(picture(noise(1))),
    ],
)
def test_a_picture_that_came_along_counts_as_a_person(subject):
    (finding,) = Person().look(subject)
    assert finding.score == 1.0


@pytest.mark.parametrize("subject", [request(), draft(picture(noise(1)))])
def test_words_alone_concern_no_particular_person(subject):
    (finding,) = Person().look(subject)
    assert finding.score == 0.0


def test_words_and_links_show_nobody():
    (finding,) = Person().look(Post(Account("a"), "a lighthouse", (), "site", "1"))
    assert finding.score == 0.0
