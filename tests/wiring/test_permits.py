"""Permits are signed with one key for one named generator, and the key changes without a gap."""

import pytest

from consentry.core.checkpoint import parse_vkey
from consentry.core.errors import SetupTrouble
from consentry.core.permit import call_of, read
from consentry.guard.gatekeeper import verify
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.permits import change_permit_key, permit_key, signed_permits
from support.small import wanted

CALL = call_of("POST", "/v1", "text/plain", b"")


def issued(settings):
    return signed_permits(settings, SystemClock(), RandomIds()).issue(CALL, "dec_1")


def test_a_permit_is_for_the_generator_that_the_settings_name(tmp_path):
    settings = wanted(tmp_path, upstream_name="painter", origin="gate.example")
    found = read(issued(settings), [parse_vkey(permit_key(settings))], verify)
    assert found.generator == "painter"
    assert permit_key(settings).startswith("gate.example/permit+")


def test_a_guard_with_both_keys_takes_permits_before_and_after_the_change(tmp_path):
    settings = wanted(tmp_path)
    keys = [parse_vkey(permit_key(settings)), parse_vkey(permit_key(settings, following=True))]
    before = issued(settings)
    change_permit_key(settings)
    assert {read(token, keys, verify).decision for token in (before, issued(settings))} == {"dec_1"}
    assert permit_key(settings) == keys[1].text()
    with pytest.raises(SetupTrouble, match="No key was made to follow"):
        change_permit_key(settings)


def test_it_is_not_the_key_of_the_log(tmp_path):
    permit_key(wanted(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"permit.key"}
