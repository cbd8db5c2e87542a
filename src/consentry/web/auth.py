"""Answers whose key a request shows, and whether it is for this door."""

from __future__ import annotations

import hashlib

from fastapi import Request

from consentry.core.content import Account
from consentry.core.errors import NotAllowed
from consentry.core.ports import ApiKey
from consentry.flows.access import Access

DIGITS = 16
"""Hexadecimal digits kept of an end user's digest: 64 bits tell any two apart."""

LONGEST_PLACE = 20
"""Longest code of a jurisdiction, in characters; a longer one is no place anybody knows."""


def key(request: Request, access: Access, scope: str) -> ApiKey:
    """The caller's key, from `Authorization: Bearer`, `X-Api-Key` or `X-Goog-Api-Key`. Raises NotAllowed."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        shown = request.headers.get("x-api-key") or request.headers.get("x-goog-api-key", "")
    if not shown:
        raise NotAllowed("There is no key in the request.", code="missing_api_key")
    return access.check(shown.strip(), scope)


def account(found: ApiKey, user: str) -> Account:
    """The key, and a digest of its end user's name: that may be an address, so it is not kept."""
    return Account(account_id(found.id, user), found.tier, "canary" in found.scopes)


def account_id(key_id: str, user: str) -> str:
    """What an account is called in records: a key's id and, for an end user, a digest of the name."""
    return f"{key_id}:{hashlib.sha256(user.encode()).hexdigest()[:DIGITS]}" if user else key_id


def place(request: Request) -> str:
    """The jurisdiction of the end user, if the caller says so in `Consentry-Place`."""
    return request.headers.get("consentry-place", "").lower()[:LONGEST_PLACE]
