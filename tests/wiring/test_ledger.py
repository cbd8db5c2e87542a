"""What an operator records beside a running server counts there at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from consentry import wiring
from consentry.core.consent import Use
from consentry.core.errors import SetupTrouble
from consentry.flows.consent import Terms
from support.running import Running
from support.small import wanted


def test_a_consent_recorded_beside_a_running_server_is_known_to_it(server: Running):
    terms = Terms("p", "a", Use.MAKE, adult=True, lasts=timedelta(days=1), evidence="e")
    with wiring.open_consents(server.system.settings) as (consents, _):
        given = consents.record(terms, "")
    assert server.system.consents.show(given.consent.id, "") == given.consent
    ended = server.system.consents.withdraw_by_person(given.consent.id, given.passphrase)
    assert ended.revoked


def test_a_picture_registered_beside_a_running_server_is_known_to_it(server: Running, photo: bytes):
    with wiring.open_consents(server.system.settings) as (_, register):
        made = register.register([photo])
    assert server.system.optouts.withdraw(made.reference, made.passphrase) == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [("visible_label", "never"), ("provenance_chain", "chain.pem"), ("provenance_key", "key.pem")],
)
def test_marks_cannot_be_switched_off_or_half_set_up(tmp_path: Path, setting: str, value: str):
    with pytest.raises(SetupTrouble) as stopped:
        wiring.build(wanted(tmp_path, **{setting: value}))
    assert stopped.value.param in {"visible_label", "provenance_key"}


def test_an_own_chain_is_used(tmp_path: Path):
    made = wiring.open_provenance(wanted(tmp_path))
    chain, key = str(tmp_path / "provenance.pem"), str(tmp_path / "provenance.key")
    own = wanted(tmp_path / "other", provenance_chain=chain, provenance_key=key)
    assert wiring.open_provenance(own) == made
