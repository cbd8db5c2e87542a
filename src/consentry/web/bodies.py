"""Request bodies, read into memory under a hard cap: nothing is ever spooled to a file."""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pybase64
from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from consentry.core.errors import BadInput, TooLarge

MAX_PARTS = 64
"""Most parts in a multipart body: 16 pictures, a mask and every setting leave room."""

MAX_HEADER = 4_096
"""Most bytes in the headers of one part."""


@dataclass(frozen=True, slots=True)
class Form:
    """A request body as fields and files, whatever it was encoded as."""

    fields: Mapping[str, object]
    """Settings by name."""
    files: tuple[tuple[str, bytes], ...] = ()
    """Field name and bytes of every picture that was sent along."""


async def raw(request: Request, limit: int) -> bytes:
    """The whole body, at most `limit` bytes. Raises TooLarge as soon as that is known."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


async def form(request: Request, limit: int) -> Form:
    """A JSON or multipart body as a form. Raises BadInput for anything else."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    data = await raw(request, limit)
    if kind == b"application/json":
        return Form(fields=json_object(data))
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        return _multipart(data, options[b"boundary"])
    raise BadInput(
        "The body must be JSON or a multipart form.",
        code="unsupported_content_type",
        next_step="Set Content-Type to application/json, or send multipart/form-data with a boundary.",
    )


def json_object(data: bytes) -> dict[str, object]:
    """The JSON object in `data`. Raises BadInput if it is anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise BadInput("The body is not valid JSON.", code="invalid_json") from None
    if not isinstance(found, dict):
        raise BadInput("The body must be a JSON object.", code="invalid_json")
    return found


def data_url(text: str) -> bytes:
    """The bytes of a picture in a base64 data URL. Raises BadInput for anything else."""
    head, comma, tail = text.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise BadInput(
            "A data: URL of a picture begins with `data:image/…;base64,`.",
            code="unresolvable_reference",
            param="image",
            next_step="Send the picture in the form, or as a data: URL in base64.",
        )
    try:
        return pybase64.b64decode(tail, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("A data: URL is not valid base64.", code="invalid_image", param="image") from None


@dataclass(slots=True)
class _Parts:
    """Collects the parts of a multipart body as the parser finds them."""

    fields: dict[str, object] = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    content: bytearray = field(default_factory=bytearray)
    whole: bool = False

    def begin(self) -> None:
        if len(self.fields) + len(self.files) >= MAX_PARTS:
            raise TooLarge(f"A form may have at most {MAX_PARTS} parts.")
        self.disposition = b""
        self.content = bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]
        self._limit()

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]
        self._limit()

    def header_end(self) -> None:
        if self.header.lower() == b"content-disposition":
            self.disposition = bytes(self.value)
        self.header, self.value = bytearray(), bytearray()

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self.content += data[start:end]

    def end(self) -> None:
        _, options = parse_options_header(self.disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace").removesuffix("[]")
        if not name:
            raise BadInput("A part of the form has no name.", code="invalid_form")
        if b"filename" in options:
            self.files.append((name, bytes(self.content)))
            return
        if name in self.fields:
            raise BadInput(f"The field `{name}` is there twice.", code="invalid_form", param=name)
        try:
            self.fields[name] = self.content.decode()
        except UnicodeDecodeError:
            raise BadInput(f"The field `{name}` is not text.", code="invalid_form", param=name) from None

    def last(self) -> None:
        self.whole = True

    def _limit(self) -> None:
        if len(self.header) + len(self.value) > MAX_HEADER:
            raise TooLarge("A part of the form has too long a header.")


def _multipart(data: bytes, boundary: bytes) -> Form:
    parts = _Parts()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": parts.begin,
            "on_header_field": parts.header_field,
            "on_header_value": parts.header_value,
            "on_header_end": parts.header_end,
            "on_part_data": parts.part_data,
            "on_part_end": parts.end,
            "on_end": parts.last,
        },
    )
    try:
        parser.write(data)
        parser.finalize()
    except MultipartParseError:
        raise BadInput("The form is malformed.", code="invalid_form") from None
    if not parts.whole:
        raise BadInput("The form is cut off.", code="invalid_form")
    return Form(parts.fields, tuple(parts.files))


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is over the limit of {limit // 2**20} MiB.")
