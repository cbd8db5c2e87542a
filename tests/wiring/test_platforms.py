"""The table of platforms: what it takes, and what it says when something in it is wrong."""

import contextlib

import pytest

from consentry.config import load
from consentry.core.errors import SetupTrouble
from consentry.core.platformports import Ability
from consentry.wiring.platforms import hosts_among, open_platforms, open_webhooks

SECRET = "whsec_" + "aGFyYm91ciBoYXJib3VyIGhhcmJvdXIh"
ENVIRONMENT = {"SECRET": SECRET, "TOKEN": "t"}
FULL = """
[harbour]
kind = "webhook"
orders = "https://harbour.example/orders"
media = "https://harbour.example/media/{item}"
pages = ["https://harbour.example/posts/{item}"]
fetch = "https://harbour.example/moderation/{item}"
fetch_token_env = "TOKEN"
secrets_env = ["SECRET"]
abilities = ["hide", "restore", "notify"]
rate = 50
"""


@pytest.fixture
def opening(tmp_path):
    with contextlib.ExitStack() as opened:

        def now(text, networks=""):
            file = tmp_path / "platforms.toml"
            file.write_text(text)
            settings = load(None, {}, {"platforms": str(file), "platform_networks": networks})
            return open_platforms(settings, opened, ENVIRONMENT)

        yield now


def test_without_a_file_there_is_none():
    assert open_platforms(load(None, {}), contextlib.ExitStack(), {}) == {}


def test_a_whole_table_is_a_platform(opening):
    platform = opening(FULL)["harbour"]
    assert platform.name == "harbour"
    assert platform.abilities == {Ability.HIDE, Ability.RESTORE, Ability.NOTIFY, Ability.FETCH}
    for address in ("https://harbour.example/media/7", "https://harbour.example/posts/7?a=b"):
        assert platform.locate(address) == "7"
    assert platform.locate("https://harbour.example/media/7/8") is None


def test_little_is_enough(opening):
    text = '[h-2]\nkind="webhook"\norders="https://h.example/o"\nmedia="https://h.example/{item}"\n'
    platform = opening(text + 'secrets_env=["SECRET"]')["h-2"]
    assert platform.abilities == {Ability.HIDE, Ability.RESTORE}


def without(field):
    return "\n".join(line for line in FULL.splitlines() if not line.startswith(f"{field} "))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[harbour", "not TOML"),
        ("harbour = 1", "`harbour` is not a table"),
        (FULL.replace("[harbour]", '["Har bour"]'), "`Har bour`"),
        (FULL.replace('"webhook"', '"pigeon"'), "`kind` of `harbour` must be one of `webhook`"),
        (without("kind"), "`kind`"),
        (without("orders"), "`orders` of `harbour` must be a string"),
        (without("media"), "`media`"),
        (FULL.replace("https://harbour.example/orders", "harbour.example"), "must be an address"),
        (FULL.replace("media/{item}", "media/"), "must have `{item}` in it, once"),
        (FULL.replace("posts/{item}", "posts?i={item}"), "`pages` of `harbour` may have neither"),
        (without("secrets_env"), "`secrets_env` of `harbour` must name"),
        (FULL.replace('"SECRET"', '"OTHER"'), "OTHER, which is empty"),
        (FULL.replace('"TOKEN"', '"OTHER"'), "OTHER, which is empty"),
        (FULL.replace('"SECRET"', "7"), "`secrets_env` of `harbour` must be a list"),
        (FULL.replace('"SECRET"', '"TOKEN"'), "A secret of a platform is none"),
        (FULL.replace('"notify"', '"burn"'), "`abilities` of `harbour` takes"),
        (FULL.replace("50", "0"), "`rate`"),
        (FULL.replace("50", "true"), "`rate`"),
        (FULL + 'colour = "blue"', "`colour` of `harbour` is no field"),
    ],
)
def test_a_mistake_is_told_by_its_field_and_no_secret_with_it(opening, text, named):
    with pytest.raises(SetupTrouble) as caught:
        opening(text)
    assert named in caught.value.message
    assert SECRET not in caught.value.message


def test_a_network_that_is_none_is_told(opening):
    with pytest.raises(SetupTrouble):
        opening(FULL, networks="nonsense")


def test_a_file_that_is_not_there_is_told(tmp_path):
    settings = load(None, {}, {"platforms": str(tmp_path / "none.toml")})
    with pytest.raises(SetupTrouble), open_webhooks(settings):
        pass


def test_platforms_that_take_webhooks_can_be_opened_alone(tmp_path, monkeypatch):
    file = tmp_path / "platforms.toml"
    file.write_text(FULL)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with open_webhooks(load(None, {}, {"platforms": str(file)})) as found:
        assert list(found) == ["harbour"]


POND = """
[pond]
kind = "mastodon"
site = "https://pond.example"
media = "https://files.pond.example"
token_env = "TOKEN"
secrets_env = ["SECRET"]
storage = ["true"]
"""


def test_a_platform_that_tells_of_posts_is_a_host_and_another_is_not(opening):
    found = opening(FULL + POND)
    assert list(hosts_among(found)) == ["pond"]
    assert found["pond"].locate("https://files.pond.example/a/b.png") == "a/b.png"


def test_mastodon_needs_a_command_for_its_files(opening):
    with pytest.raises(SetupTrouble) as caught:
        opening(POND.replace('["true"]', "[]"))
    assert "`storage` of `pond`" in caught.value.message
