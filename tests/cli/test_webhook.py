"""A platform is set up and tried from the command line."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.remote.signer import WebhookSigner, public_half
from support.harbour import SECRET, harbour


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with harbour(tmp_path_factory.mktemp("harbour")) as found:
        yield found


@pytest.fixture
def run(tmp_path, running, monkeypatch):
    file = tmp_path / "platforms.toml"

    def runs(*words: str, secret=SECRET, networks="127.0.0.0/8"):
        monkeypatch.setenv("HARBOUR", secret)
        file.write_text(
            f'[harbour]\nkind = "webhook"\norders = "{running.url}/orders"\n'
            f'media = "{running.url}/media/{{item}}"\nsecrets_env = ["HARBOUR"]\n'
        )
        more = ["--platforms", str(file), "--platform-networks", networks]
        return CliRunner().invoke(main, ["webhook", *words, *more])

    return runs


def test_a_platform_that_takes_the_message_is_told_apart_from_one_that_does_not(run, running):
    good = run("test", "harbour", "--json")
    assert good.exit_code == 0
    assert json.loads(good.output) == {"platform": "harbour", "status": 204, "says": "It took the message."}
    assert run("test", f"{running.url}/orders").exit_code == 0
    bad = run("test", "harbour", secret="whsec_" + "b3RoZXIg" * 4)
    assert bad.exit_code == 4
    assert "same secret" in bad.output


def test_a_platform_inside_is_not_asked_unless_its_network_is_allowed(run):
    found = run("test", "harbour", networks="")
    assert found.exit_code == 4
    assert "platform_networks" in found.output


def test_a_platform_that_nobody_registered_is_told(run):
    found = run("test", "quay")
    assert found.exit_code == 2
    assert "harbour" in found.output


def test_a_secret_is_made_that_can_sign():
    made = json.loads(CliRunner().invoke(main, ["webhook", "secret", "--json"]).output)
    assert WebhookSigner([made["secret"]])
    pair = json.loads(CliRunner().invoke(main, ["webhook", "secret", "--ed25519", "--json"]).output)
    assert public_half(pair["secret"]) == pair["public"]
    assert made["secret"] not in CliRunner().invoke(main, ["webhook", "secret"]).output
