"""Which platforms are registered: a file names each with its kind, its addresses and its secrets.

The file holds no secret. Where one is needed, it names environment variables:

    [harbour]
    kind = "webhook"
    orders = "https://harbour.example/consentry"
    media = "https://harbour.example/media/{item}"
    secrets_env = ["HARBOUR_SECRET"]
"""

from __future__ import annotations

import contextlib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from consentry.config import Settings
from consentry.core.arrivals import Host
from consentry.core.content import Upload
from consentry.core.errors import SetupTrouble
from consentry.core.platformports import Ability, Platform
from consentry.core.ports import Clock, Hasher
from consentry.core.webports import Caller, Reply
from consentry.flows.judge import Judge
from consentry.flows.upload import Screened, screen
from consentry.platforms.mastodon import MastodonPlatform
from consentry.platforms.webhook import Addresses, WebhookPlatform
from consentry.remote.caller import SafeCaller, networks_from
from consentry.remote.command import CommandStorage
from consentry.remote.pace import Pace, PacedCaller
from consentry.remote.signer import WebhookSigner
from consentry.store.system import RandomIds, SystemClock

RATE: Final = 10.0
"""Calls a second that a platform gets if its table says nothing."""

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What a platform may be called."""

WEBHOOK_ABILITIES: Final = ("hide", "restore")
"""What a platform with webhooks can do if its table says nothing."""


@dataclass(slots=True)
class Table:
    """What the file says of one platform. What nobody reads of it is a mistake."""

    name: str
    """The platform."""
    fields: Mapping[str, object]
    """What is said."""
    environment: Mapping[str, str] = field(repr=False)
    """Where secrets are."""
    caller: Caller
    """Calls it, at its pace."""
    clock: Clock
    """Tells the time."""
    known: set[str] = field(default_factory=lambda: {"kind", "rate"})
    """Fields that were read."""

    def text(self, name: str, default: str | None = None) -> str:
        """A string. Raises SetupTrouble if it is missing without a default, or is none."""
        self.known.add(name)
        found = self.fields.get(name, default)
        if not isinstance(found, str):
            raise self.wrong(name, "must be a string")
        return found

    def texts(self, name: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of strings. Raises SetupTrouble."""
        self.known.add(name)
        found = self.fields.get(name, list(default))
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(name, "must be a list of strings")
        return tuple(map(str, found))

    def address(self, name: str, default: str | None = None, *, of_item: bool = False) -> str:
        """An address, with `{item}` in it once if it is one of an item. Raises SetupTrouble."""
        found = self.text(name, default)
        if found:
            self.require_address(name, found, of_item=of_item)
        return found

    def require_address(self, name: str, found: str, *, of_item: bool) -> None:
        """Raise SetupTrouble unless `found` is an address that can be led back to its item."""
        if not found.startswith(("https://", "http://")):
            raise self.wrong(name, "must be an address with https:// or http://")
        if of_item and found.count("{item}") != 1:
            raise self.wrong(name, "must have `{item}` in it, once")
        if of_item and set(found) & set("?#"):
            raise self.wrong(name, "may have neither `?` nor `#`: what stands after them names no item")

    def secrets(self, name: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """The values of the environment variables that a field names. Raises SetupTrouble if one is empty."""
        variables = self.texts(name, default or ())
        if not variables and default is None:
            raise self.wrong(name, "must name an environment variable at least")
        values = tuple(self.environment.get(variable, "") for variable in variables)
        for variable, value in zip(variables, values, strict=True):
            if not value:
                raise self.wrong(name, f"names the environment variable {variable}, which is empty")
        return values

    def secret(self, name: str) -> str:
        """The value of the one environment variable that a field names; empty if it names none."""
        variable = self.text(name, "")
        if variable and not self.environment.get(variable):
            raise self.wrong(name, f"names the environment variable {variable}, which is empty")
        return self.environment.get(variable, "")

    def abilities(self, default: Sequence[str]) -> frozenset[Ability]:
        """What the platform can do. Raises SetupTrouble for what nobody knows."""
        try:
            return frozenset(Ability(one) for one in self.texts("abilities", default))
        except ValueError:
            known = ", ".join(f"`{one.value}`" for one in Ability)
            raise self.wrong("abilities", f"takes {known}") from None

    def wrong(self, name: str, what: str) -> SetupTrouble:
        """What is wrong with a field."""
        return SetupTrouble(
            f"In the table of platforms, `{name}` of `{self.name}` {what}.", param="platforms"
        )


def open_platforms(
    settings: Settings, opened: contextlib.ExitStack, environment: Mapping[str, str] = os.environ
) -> dict[str, Platform]:
    """Every platform in the file that the settings name. Raises SetupTrouble saying what to correct."""
    if not settings.platforms:
        return {}
    networks = networks_from(settings.platform_networks)
    found: dict[str, Platform] = {}
    for name, fields in _read(Path(settings.platforms)).items():
        caller = opened.enter_context(contextlib.closing(SafeCaller(networks)))
        found[name] = _one(name, fields, environment, caller)
    return found


@contextlib.contextmanager
def open_webhooks(settings: Settings) -> Iterator[Mapping[str, WebhookPlatform]]:
    """Only the platforms that take webhooks, to try whether they do."""
    with contextlib.ExitStack() as opened:
        every = open_platforms(settings, opened)
        yield {name: one for name, one in every.items() if isinstance(one, WebhookPlatform)}


def try_webhook(platform: WebhookPlatform) -> Reply:
    """What a platform answers to a signed message that changes nothing. Raises UpstreamTrouble."""
    return platform.test(RandomIds().new("test"))


def _one(name: str, fields: object, environment: Mapping[str, str], caller: SafeCaller) -> Platform:
    """One platform. Raises SetupTrouble."""
    if not NAME.fullmatch(name):
        raise SetupTrouble(
            f"A platform cannot be called `{name}`: it takes small letters, digits and hyphens.",
            param="platforms",
        )
    if not isinstance(fields, dict):
        raise SetupTrouble(f"In the table of platforms, `{name}` is not a table.", param="platforms")
    kind, rate = fields.get("kind"), fields.get("rate", RATE)
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not rate > 0:
        raise SetupTrouble(f"In the table of platforms, `rate` of `{name}` must be above 0.")
    table = Table(name, fields, environment, PacedCaller(caller, Pace(rate)), SystemClock())
    make = KINDS.get(kind) if isinstance(kind, str) else None
    if make is None:
        known = ", ".join(f"`{one}`" for one in KINDS)
        raise table.wrong("kind", f"must be one of {known}")
    platform = make(table)
    for left in set(fields) - table.known:
        raise table.wrong(left, f"is no field of a platform of the kind `{kind}`")
    return platform


def _webhook(table: Table) -> Platform:
    pages = table.texts("pages")
    for page in pages:
        table.require_address("pages", page, of_item=True)
    return WebhookPlatform(
        table.name,
        Addresses(
            table.address("orders"),
            table.address("media", of_item=True),
            pages,
            table.address("fetch", "", of_item=True),
            table.secret("fetch_token_env"),
        ),
        table.abilities(WEBHOOK_ABILITIES) | {Ability.FETCH},
        table.caller,
        WebhookSigner(table.secrets("secrets_env")),
        table.clock,
    )


def _mastodon(table: Table) -> Platform:
    addresses = {part: table.address(part) for part in ("site", "media")}
    command = table.texts("storage")
    if not command:
        raise table.wrong("storage", "must be a command that hides files")
    return MastodonPlatform(
        table.name,
        addresses | {"token": table.secret("token_env")},
        table.secrets("secrets_env"),
        CommandStorage(command),
        table.caller,
        table.clock,
    )


def hosts_among(platforms: Mapping[str, Platform]) -> Mapping[str, Host]:
    """Those platforms that tell of new posts."""
    return {name: one for name, one in platforms.items() if isinstance(one, MastodonPlatform)}


def screening(judge: Judge, hasher: Hasher) -> Callable[[Upload, str], Screened]:
    """What screens a picture that is at an address already."""

    def screened(upload: Upload, url: str) -> Screened:
        return screen(upload, judge=judge, hasher=hasher, url=url, closer=True)

    return screened


KINDS: Mapping[str, Callable[[Table], Platform]] = {"webhook": _webhook, "mastodon": _mastodon}
"""What may stand as `kind`, and what then is made of the table."""


def _read(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text())
    except OSError:
        raise SetupTrouble(f"The table of platforms {file.name} cannot be read.", param="platforms") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupTrouble(f"The table of platforms {file.name} is not TOML: {error}.") from None
