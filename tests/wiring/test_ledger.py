"""What an operator records beside a running server counts there at once."""

from datetime import timedelta

from consentry import wiring
from consentry.core.consent import Use
from consentry.flows.consent import Terms
from support.running import Running


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
