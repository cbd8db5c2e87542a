"""The door for Mastodon: what is signed is taken, and nothing else; never 400."""

import httpx2
import pytest

from consentry import wiring
from consentry.cli.serve import serving
from consentry.config import load
from support.pond import SECRET, pond, signature
from support.running import DETECTOR, free_port


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pond")
    (folder / "system").mkdir()
    with pond(folder / "system") as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("POND_SECRET", SECRET)
        (folder / "platforms.toml").write_text(
            f'[pond]\nkind = "mastodon"\nsite = "{found.url}"\nmedia = "{found.url}/system"\n'
            'secrets_env = ["POND_SECRET"]\nstorage = ["true"]\n'
        )
        values = {
            "data": str(folder / "data"),
            "port": free_port(),
            "exposure": DETECTOR,
            "platforms": str(folder / "platforms.toml"),
            "platform_networks": "127.0.0.0/8",
            "workers": 0,
        }
        system = wiring.build(load(None, {}, values))
        with serving(system) as url:
            yield found, system, url


def send(url, body, signed, platform="pond"):
    return httpx2.post(
        f"{url}/connect/mastodon/{platform}", content=body, headers={"x-hub-signature": signed}, timeout=60
    )


def test_a_signed_post_is_kept_as_a_job_and_answered_at_once(scene):
    running, system, url = scene
    body = running.event(running.publish(b"x"), post="door-1")
    before = system.store.queue()["ready"]
    reply = send(url, body, signature(body))
    assert (reply.status_code, reply.json()) == (202, {"screened": True})
    send(url, body, signature(body))
    assert system.store.queue()["ready"] == before + 1


def test_what_is_signed_and_makes_no_sense_is_taken_and_never_400(scene):
    _, _, url = scene
    for body in (b"", b"{", b"[]", b'{"event": "report.created"}'):
        reply = send(url, body, signature(body))
        assert (reply.status_code, reply.json()) == (202, {"screened": False})


def test_a_wrong_signature_is_401_which_mastodon_tries_again(scene):
    running, _, url = scene
    body = running.event("x.png")
    for wrong in ("", signature(body, "other")):
        assert send(url, body, wrong).status_code == 401


def test_an_instance_that_nobody_registered_is_not_found(scene):
    _, _, url = scene
    assert send(url, b"{}", signature(b"{}"), "lake").status_code == 404
