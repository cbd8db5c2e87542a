"""The gatekeeper checks the permit, then the call, and counts what came of it."""

import pytest

from consentry.core.egress import guarded
from consentry.core.errors import BadInput, NoPermit, SetupTrouble
from consentry.guard import Gatekeeper, Uses
from consentry.guard.gatekeeper import keys_from, verify, wall_clock
from support.gate import BODY, JSON, PATH, Issuer


def keeper(*issuers, generator="generator"):
    clock = issuers[0].clock
    keys = keys_from([issuer.vkey for issuer in issuers])
    return Gatekeeper(keys, generator, Uses(clock.now()), clock.now)


def test_a_call_with_its_permit_passes_once():
    issuer = Issuer()
    gate = keeper(issuer)
    permit = gate.permit(issuer.token())
    gate.admit(permit, "POST", PATH, JSON, BODY)
    with pytest.raises(NoPermit):
        gate.admit(permit, "POST", PATH, JSON, BODY)
    assert gate.counts == {"permitted": 1, "permit_used": 1}


def test_every_refusal_is_counted_under_its_code():
    issuer = Issuer()
    gate = keeper(issuer)
    for token in ("", "a.b"):
        with pytest.raises(NoPermit):
            gate.permit(token)
    permit = gate.permit(issuer.token())
    with pytest.raises(NoPermit):
        gate.admit(permit, "POST", PATH, JSON, b"another body")
    assert gate.counts == {"permit_missing": 1, "permit_invalid": 2}
    assert gate.figures().splitlines()[1:] == [
        "# TYPE consentry_guard_calls_total counter",
        'consentry_guard_calls_total{outcome="permit_invalid"} 2',
        'consentry_guard_calls_total{outcome="permit_missing"} 1',
        'consentry_guard_calls_total{outcome="permit_used"} 0',
        'consentry_guard_calls_total{outcome="permitted"} 0',
        "# HELP consentry_guard_since_seconds From when on they are counted, in seconds since 1970 (UTC).",
        "# TYPE consentry_guard_since_seconds gauge",
        f"consentry_guard_since_seconds {int(gate.since.timestamp())}",
    ]
    assert guarded(gate.figures()).refused == 3


def test_a_refused_call_does_not_use_its_permit_up():
    issuer = Issuer()
    gate = keeper(issuer)
    permit = gate.permit(issuer.token())
    with pytest.raises(NoPermit):
        gate.admit(permit, "POST", PATH, JSON, b"another body")
    gate.admit(permit, "POST", PATH, JSON, BODY)


def test_while_keys_change_both_are_good_and_afterwards_one():
    old, new = Issuer(), Issuer()
    both, after = keeper(old, new), keeper(new)
    for issuer in (old, new):
        both.permit(issuer.token())
    with pytest.raises(NoPermit):
        after.permit(old.token())


def test_permits_for_another_generator_are_no_good_here():
    issuer = Issuer()
    gate = keeper(issuer, generator="another")
    with pytest.raises(NoPermit):
        gate.admit(gate.permit(issuer.token()), "POST", PATH, JSON, BODY)


def test_a_guard_without_a_key_does_not_start():
    with pytest.raises(SetupTrouble, match="needs a verification key"):
        keys_from([])
    with pytest.raises(BadInput):
        keys_from("no key")
    assert len(keys_from(Issuer().vkey)) == 1


def test_a_key_that_is_no_point_verifies_nothing():
    assert not verify(b"\xff" * 31, b"0" * 64, b"")
    assert wall_clock().tzinfo is not None
