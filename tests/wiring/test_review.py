"""Where people decide, look and object share one secret, and what each needs is from the settings."""

from pathlib import Path

from consentry import wiring
from consentry.flows.review import Bench
from support.small import wanted


def test_posters_are_sent_to_the_public_address_with_a_secret_that_the_other_side_knows(tmp_path: Path):
    settings = wanted(tmp_path, public_url="https://safety.example/", looks_a_day=7)
    with wiring.build(settings) as system:
        assert system.bench.address == "https://safety.example/statement"
        assert system.bench.secret == system.appeals.secret
        assert len(system.bench.secret) >= 16
        assert system.looks.limit == 7
        assert system.looks.decoder is system.media


def test_without_a_public_address_it_is_this_server(tmp_path: Path):
    settings = wanted(tmp_path, port=4321)
    assert settings.public_origin == "http://127.0.0.1:4321"


def test_its_jobs_are_carried_out_by_it(tmp_path: Path):
    assert frozenset({"resolve", "tell_poster"}) == Bench.KINDS
