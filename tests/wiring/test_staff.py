"""The console's address is one that browsers trust, and its secrets are the data directory's."""

import pytest

from consentry.config import load
from consentry.core.errors import SetupTrouble
from consentry.core.staff import Role
from consentry.store.memory import MemoryStore
from consentry.store.system import ScryptPassphrases
from consentry.wiring import open_staff
from consentry.wiring.staff import accounts, sign_in
from support.stores import CountingIds, HandClock


def built(tmp_path, make=sign_in, **flags):
    settings = load(environment={}, flags={"data": str(tmp_path), **flags})
    ids = CountingIds()
    return make(settings, MemoryStore(HandClock(), ids), ids, ScryptPassphrases(b"pepper", cost=2))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("", "localhost"),
        ("https://console.example", "console.example"),
        ("https://console.example:8443/", "console.example"),
        ("http://127.0.0.1:1", "127.0.0.1"),
    ],
)
def test_passkeys_are_bound_to_the_consoles_host(tmp_path, address, host):
    assert built(tmp_path, console_url=address).passkeys.host == host


@pytest.mark.parametrize(
    "address",
    [
        "http://console.example",
        "ftp://localhost",
        "console.example",
        "https://",
        "https://a.example/console",
        "https://me@a.example",
    ],
)
def test_no_other_address_will_do(tmp_path, address):
    with pytest.raises(SetupTrouble):
        built(tmp_path, console_url=address)


def test_both_seal_under_one_secret_that_stays(tmp_path):
    first = built(tmp_path)
    assert first.key == built(tmp_path, accounts).key == built(tmp_path).key
    assert (tmp_path / "console.key").stat().st_mode & 0o077 == 0


def test_members_can_be_kept_without_a_whole_system(tmp_path):
    staff = open_staff(load(environment={}, flags={"data": str(tmp_path / "data")}))
    staff.add("ada", frozenset({Role.OPERATOR}))
    assert [one.name for one, _, _ in staff.everybody()] == ["ada"]
    staff.store.close()


def test_the_organisations_sign_in_is_there_if_it_is_set(tmp_path):
    agreed = {"oidc_issuer": "https://id.example", "oidc_client": "console", "oidc_name": "Example"}
    assert built(tmp_path, **agreed).provider.name == "Example"
    assert built(tmp_path).provider is None


@pytest.mark.parametrize(
    "flags", [{"oidc_issuer": "https://id.example"}, {"oidc_issuer": "http://id.example", "oidc_client": "c"}]
)
def test_a_sign_in_that_is_set_up_in_part_or_without_tls_stops_the_start(tmp_path, flags):
    with pytest.raises(SetupTrouble):
        built(tmp_path, **flags)
