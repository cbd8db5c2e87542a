"""Answers whose key a request shows, and whether it is for this door."""

from __future__ import annotations

from fastapi import Request

from consentry.core.errors import NotAllowed
from consentry.core.ports import ApiKey
from consentry.flows.access import Access


def key(request: Request, access: Access, scope: str) -> ApiKey:
    """The caller's key, from `Authorization: Bearer` or `X-Api-Key`. Raises NotAllowed."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        shown = request.headers.get("x-api-key", "")
    if not shown:
        raise NotAllowed("There is no key in the request.", code="missing_api_key")
    return access.check(shown.strip(), scope)
