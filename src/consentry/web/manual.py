"""The manual of the server: every route as one page for people, and as OpenAPI for programs.

Nothing on the page comes from anywhere else, and it works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, Response

from consentry.web import describe, pages
from consentry.web.describe import Schema

HMA, HMA_TITLE = "hma", "Open Media Match API"
"""What HMA's routes are called here, and what HMA calls them; served where HMA serves its document."""

METHODS = ("get", "put", "post", "patch", "delete")
"""Keys of an OpenAPI path that are methods."""


class Described(FastAPI):
    """An application whose OpenAPI document also tells of keys and of the one error shape."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            parts = document.setdefault("components", {})
            parts["securitySchemes"] = describe.SECURITY
            parts.setdefault("schemas", {})["Error"] = describe.ERROR
        return super().openapi()


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table: a parameter, or a field of a body or an answer."""

    name: str
    """Its name; inner fields have those of the outer ones before it, with dots."""
    kind: str
    """What it is: text, a number, a list, ..."""
    says: str
    """What it means."""
    required: bool
    """Whether it must be there."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request body or an answer in one content type."""

    name: str
    """Status for an answer, content type for a request."""
    says: str
    """What it is."""
    kind: str
    """Content type, if there is a body."""
    fields: tuple[Field, ...]
    """What is in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One route on the page."""

    anchor: str
    """Its name in the page's address."""
    method: str
    """The HTTP method."""
    path: str
    """The path with its parameters."""
    tag: str
    """The door it belongs to."""
    summary: str
    """What it does, in a few words."""
    says: str
    """What it does, in full."""
    scope: str
    """What the key must be for; empty if none is needed."""
    parameters: tuple[Field, ...]
    """What stands in the address."""
    takes: tuple[Body, ...]
    """What may be sent."""
    gives: tuple[Body, ...]
    """What may be answered."""


def router(app: Described) -> APIRouter:
    """The page of every route of `app`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def manual() -> Response:
        known = list(entries(app.openapi()))
        tags = {
            tag: [each for each in known if each.tag == tag] for tag in dict.fromkeys(e.tag for e in known)
        }
        error = fields(describe.ERROR)
        return pages.page("manual.html", tags=tags, error=error, version=app.version)

    @routes.get("/openapi/openapi.json")
    async def for_hma_clients() -> Response:
        return JSONResponse(hma_alone(app.openapi()))

    return routes


def hma_alone(document: Schema) -> Schema:
    """HMA's routes alone, under the title its clients know, from the document of every route."""
    mine = {
        path: methods
        for path, methods in document["paths"].items()
        if any(found["tags"] == [HMA] for found in methods.values())
    }
    return {**document, "info": {**document["info"], "title": HMA_TITLE}, "paths": mine}


def entries(document: Schema) -> Iterator[Entry]:
    """Every route of an OpenAPI document, in its order."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _entry(method, path, methods[method])


def _entry(method: str, path: str, found: Schema) -> Entry:
    security = found.get("security", [{}])[0]
    return Entry(
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        tag=found["tags"][0],
        summary=found["summary"],
        says=found["description"],
        scope=next(iter(security.get(describe.KEY, [])), ""),
        parameters=tuple(_parameter(each) for each in found.get("parameters", [])),
        takes=tuple(_takes(found.get("requestBody", {}))),
        gives=tuple(_gives(found["responses"])),
    )


def _parameter(found: Schema) -> Field:
    kind = f"{_kind(found['schema'])}, in the {found['in']}"
    return Field(found["name"], kind, found.get("description", ""), found.get("required", False))


def _takes(found: Schema) -> Iterator[Body]:
    for kind, content in found.get("content", {}).items():
        yield Body(kind, found.get("description", ""), kind, fields(content["schema"]))


def _gives(found: Schema) -> Iterator[Body]:
    for status, answer in found.items():
        if status.endswith("XX"):
            continue  # the one error shape stands on the page once
        content = answer.get("content", {})
        kind = next(iter(content), "")
        inner = content[kind].get("schema", {}) if kind else {}
        yield Body(status, answer["description"], kind, fields(inner))


def fields(schema: Schema, before: str = "") -> tuple[Field, ...]:
    """The fields of an object, those of inner objects and lists of objects included."""
    found: list[Field] = []
    required = schema.get("required", [])
    for name, each in schema.get("properties", {}).items():
        full = f"{before}{name}"
        found.append(Field(full, _kind(each), each.get("description", ""), name in required))
        found += fields(each, f"{full}.") + fields(each.get("items", {}), f"{full}[].")
    return tuple(found)


KINDS = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "yes or no",
    "object": "object",
}
"""Types of JSON Schema in plain words."""


def _kind(schema: Schema) -> str:
    """What a field is, in plain words."""
    if schema.get("format") == "binary":
        return "picture"
    if "enum" in schema:
        return " or ".join(str(choice) for choice in schema["enum"])
    if schema.get("type") == "array":
        return f"list ({_kind(schema['items'])})"
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return " or ".join(KINDS.get(each, "nothing") for each in kind)
    return KINDS.get(kind, "anything")
