"""What a route takes and gives, in the words of OpenAPI 3.1: keys, bodies, answers and errors."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
"""A piece of an OpenAPI document."""

JSON = "application/json"
MULTIPART = "multipart/form-data"

KEY = "key"
"""The name of the one way to show a key."""

SECURITY: Schema = {
    KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key made with `consentry key create`; `X-Api-Key` carries it as well.",
    }
}
"""How a key is shown (OpenAPI security schemes)."""


def text(says: str, **more: object) -> Schema:
    """A field that is text."""
    return {"type": "string", "description": says, **more}


def number(says: str, **more: object) -> Schema:
    """A field that is a whole number."""
    return {"type": "integer", "description": says, **more}


def flag(says: str, **more: object) -> Schema:
    """A field that is true or false."""
    return {"type": "boolean", "description": says, **more}


def several(says: str, item: Schema, **more: object) -> Schema:
    """A field that is a list."""
    return {"type": "array", "description": says, "items": item, **more}


def picture(says: str) -> Schema:
    """A field that is a picture file."""
    return {"type": "string", "format": "binary", "description": says}


def thing(fields: Schema, required: tuple[str, ...] = (), **more: object) -> Schema:
    """A JSON object with these fields and, where it is a request, no others."""
    return {
        "type": "object",
        "properties": fields,
        **({"required": list(required)} if required else {}),
        **more,
    }


def takes(says: str, **content: Schema) -> Schema:
    """A request body by content type: `json`, `multipart`, `picture`."""
    kinds = {"json": JSON, "multipart": MULTIPART, "picture": "image/*"}
    described = {kinds[kind]: {"schema": schema} for kind, schema in content.items()}
    return {"requestBody": {"required": True, "description": says, "content": described}}


def needs(scope: str) -> Schema:
    """That a key with `scope` is needed."""
    return {"security": [{KEY: [scope]}]}


def gives(says: str, schema: Schema | None = None, kind: str = JSON) -> Schema:
    """One answer."""
    return {"description": says, **({"content": {kind: {"schema": schema}}} if schema else {})}


ERROR: Schema = thing(
    {
        "error": thing(
            {
                "message": text("What happened, for people."),
                "type": text("Whose fault it is.", examples=["invalid_request_error"]),
                "param": {"type": ["string", "null"], "description": "The field at fault."},
                "code": text("What happened, for programs.", examples=["invalid_request"]),
                "next_step": text("What to do now."),
                "request_id": text("What to tell the operator."),
            },
            ("message", "type", "param", "code", "next_step", "request_id"),
        )
    },
    ("error",),
)
"""The one error shape."""

ERRORS: dict[int | str, Schema] = {
    "4XX": gives("Something about the request is at fault.", {"$ref": "#/components/schemas/Error"}),
    "5XX": gives("Something on our side is at fault.", {"$ref": "#/components/schemas/Error"}),
}
"""What every route may answer."""
