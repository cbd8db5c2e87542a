"""Who signed in elsewhere is believed only if everything the provider says fits together."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey

from consentry.core.errors import NotAllowed, UpstreamTrouble
from consentry.remote.provider import MOST, Client, OpenIdProvider
from consentry.store.system import SystemClock
from support.provider import CLIENT, SECRET, elsewhere

BACK = "http://localhost:8321/console/provider/back"
NONCE, VERIFIER = "n" * 43, "v" * 43


@pytest.fixture
def theirs():
    with elsewhere() as provider:
        yield provider


def ours(theirs, pause=0.0, **changes) -> OpenIdProvider:
    agreed = {"issuer": theirs.url, "id": CLIENT, "secret": SECRET, "name": "Elsewhere", "back": BACK}
    return OpenIdProvider(Client(**{**agreed, **changes}), SystemClock(), pause)


def went(provider) -> str:
    """Go there with a browser and come back with a code."""
    reply = httpx2.get(provider.address("state", NONCE, VERIFIER))
    back = urlsplit(reply.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert parse_qs(back.query)["state"] == ["state"]
    return parse_qs(back.query)["code"][0]


def test_who_signed_in_is_a_digest_and_the_same_every_time(theirs):
    provider = ours(theirs)
    first, second = (provider.identity(went(provider), NONCE, VERIFIER) for _ in range(2))
    assert first == second
    assert len(first) == 64
    theirs.sub = "person-8"
    assert provider.identity(went(provider), NONCE, VERIFIER) != first
    assert theirs.calls.count("/keys") == 1, "its description and keys are kept"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["console", "another"]},
        {"aud": None},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": -120},
        {"exp": None},
        {"iat": 3600},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_says_anything_else_is_refused(theirs, claims):
    moved = {name: int(time.time()) + claims[name] for name in ("exp", "iat") if claims.get(name)}
    theirs.claims = claims | moved
    provider = ours(theirs)
    with pytest.raises(NotAllowed):
        provider.identity(went(provider), NONCE, VERIFIER)


@pytest.mark.parametrize("way", ["another key", "shared secret", "none"])
def test_a_token_that_the_provider_did_not_sign_is_refused(theirs, way):
    if way == "another key":
        theirs.sign = ECKey.generate_key("P-256", {"kid": "1"})
    if way == "shared secret":
        theirs.sign, theirs.header = OctKey.import_key(SECRET), {"alg": "HS256"}
    if way == "none":
        theirs.header = {"alg": "none"}
    provider = ours(theirs)
    with pytest.raises(NotAllowed):
        provider.identity(went(provider), NONCE, VERIFIER)


def test_keys_that_changed_are_looked_for_once(theirs):
    provider = ours(theirs)
    provider.identity(went(provider), NONCE, VERIFIER)
    theirs.key = ECKey.generate_key("P-256", {"kid": "2", "use": "sig"})
    theirs.header = {"alg": "ES256", "kid": "2"}
    provider.identity(went(provider), NONCE, VERIFIER)
    assert theirs.calls.count("/keys") == 2


@pytest.mark.parametrize("wrong", ["code", "verifier", "secret"])
def test_whom_the_provider_refuses_is_refused_in_our_words(theirs, wrong):
    provider = ours(theirs, secret="wrong") if wrong == "secret" else ours(theirs)
    code = went(provider)
    with pytest.raises(NotAllowed) as refused:
        provider.identity(
            "wrong" if wrong == "code" else code, NONCE, "w" * 43 if wrong == "verifier" else VERIFIER
        )
    assert "theirs" not in refused.value.message


def test_a_code_counts_once(theirs):
    provider = ours(theirs)
    code = went(provider)
    provider.identity(code, NONCE, VERIFIER)
    with pytest.raises(NotAllowed):
        provider.identity(code, NONCE, VERIFIER)


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://another.example"},
        {"issuer": None},
        {"authorization_endpoint": "http://elsewhere.example/authorize"},
        {"token_endpoint": "file:///etc/hostname"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"jwks_uri": "http://elsewhere.example/keys"},
    ],
    ids=str,
)
def test_a_description_that_does_not_fit_sends_nobody_anywhere(theirs, about):
    theirs.about = about
    with pytest.raises(UpstreamTrouble):
        ours(theirs).address("state", NONCE, VERIFIER)


@pytest.mark.parametrize(
    "answer",
    [(500, b"{}"), (404, b"{}"), (302, b""), (200, b"[]"), (200, b"\xff"), (200, b" " * (MOST + 1))],
    ids=lambda answer: f"{answer[0]} {answer[1][:2]}",
)
def test_a_provider_that_answers_nonsense_is_down(theirs, answer):
    theirs.answer = answer
    with pytest.raises(UpstreamTrouble):
        ours(theirs).address("state", NONCE, VERIFIER)


def test_a_provider_that_is_not_there_is_down_and_asked_again(theirs):
    provider = ours(theirs)
    theirs.answer = (503, b"")
    with pytest.raises(UpstreamTrouble):
        provider.address("state", NONCE, VERIFIER)
    theirs.answer = None
    assert provider.address("state", NONCE, VERIFIER).startswith(f"{theirs.url}/authorize?")


def test_a_provider_that_is_down_is_left_alone_for_a_while(theirs):
    provider = ours(theirs, pause=60.0)
    theirs.answer = (503, b"")
    for _ in range(3):
        with pytest.raises(UpstreamTrouble):
            provider.address("state", NONCE, VERIFIER)
    assert len(theirs.calls) == 1


def test_a_provider_behind_tls_names_no_address_without(theirs):
    from consentry.remote.provider import _safe  # noqa: PLC0415 - the one rule, at its edges

    assert _safe("https://a.example/x", "https://b.example")
    assert not _safe("http://localhost/x", "https://b.example")
    assert not _safe("https:///x", "https://b.example")
    assert _safe("http://localhost/x", "http://127.0.0.1")
