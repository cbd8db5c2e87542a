"""Bodies are read into memory under a cap, whatever they claim to be."""

import asyncio
import base64
from contextlib import suppress

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import BadInput, TooLarge
from consentry.web import bodies


def request(body: bytes, content_type: str = "", *, announced: int | None = None, chunk: int = 7) -> Request:
    """A request whose body comes in pieces."""
    parts = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages[-1]["more_body"] = False
    headers = [(b"content-type", content_type.encode())]
    if announced is not None:
        headers.append((b"content-length", str(announced).encode()))

    async def receive():
        return messages.pop(0)

    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def form(body: bytes, content_type: str) -> bodies.Form:
    return asyncio.run(bodies.form(request(body, content_type), 10_000))


def multipart(*parts: tuple[str, str, bytes], boundary: str = "xx") -> tuple[bytes, str]:
    chunks = []
    for name, filename, data in parts:
        file = f'; filename="{filename}"' if filename else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        chunks.append(head.encode() + data + b"\r\n")
    return b"".join(chunks) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def test_a_body_is_put_together_from_its_pieces():
    assert asyncio.run(bodies.raw(request(b"0123456789"), 10)) == b"0123456789"


def test_a_body_over_the_cap_is_refused_before_it_is_read_or_as_soon_as_it_is_known():
    with pytest.raises(TooLarge):
        asyncio.run(bodies.raw(request(b"", announced=11), 10))
    with pytest.raises(TooLarge):
        asyncio.run(bodies.raw(request(b"x" * 11, announced=3), 10))


def test_fields_and_files_of_a_form():
    found = form(
        *multipart(("prompt", "", "größe".encode()), ("image[]", "a.png", b"\x00\r\n--x"), ("mask", "m", b""))
    )
    assert found.fields == {"prompt": "größe"}
    assert found.files == (("image", b"\x00\r\n--x"), ("mask", b""))


def test_a_json_object_is_a_form_too():
    assert form(b'{"n": 2}', "application/json; charset=utf-8").fields == {"n": 2}


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "invalid_json"),
        (b"[" * 5000, "application/json", "invalid_json"),
        (b"\xff\xfe", "application/json", "invalid_json"),
        (b"a=b", "application/x-www-form-urlencoded", "unsupported_content_type"),
        (b"", "", "unsupported_content_type"),
        (b"", "multipart/form-data", "unsupported_content_type"),
        (b"rubbish", "multipart/form-data; boundary=xx", "invalid_form"),
        (multipart(("a", "", b"1"), ("a", "", b"2"))[0], "multipart/form-data; boundary=xx", "invalid_form"),
        (multipart(("a", "", b"\xff"))[0], "multipart/form-data; boundary=xx", "invalid_form"),
        (multipart(("", "", b"1"))[0], "multipart/form-data; boundary=xx", "invalid_form"),
        (multipart(("a", "", b"1"))[0][:-8], "multipart/form-data; boundary=xx", "invalid_form"),
    ],
)
def test_what_is_no_form_is_sent_back(body, kind, code):
    with pytest.raises(BadInput) as sent_back:
        form(body, kind)
    assert sent_back.value.code == code


def test_too_many_parts_and_too_long_headers_are_refused():
    with pytest.raises(TooLarge):
        form(*multipart(*((f"f{number}", "", b"") for number in range(bodies.MAX_PARTS + 1))))
    with pytest.raises(TooLarge):
        form(*multipart(("x" * bodies.MAX_HEADER, "", b"")))


@given(st.binary(max_size=300), st.sampled_from(["application/json", "multipart/form-data; boundary=xx"]))
def test_no_bytes_at_all_bring_anything_but_a_form_or_our_own_trouble(body, kind):
    for data in (body, b"--xx\r\n" + body, multipart(("a", "b", b"c"))[0][: len(body)] + body):
        with suppress(BadInput, TooLarge):
            form(data, kind)


def test_a_data_url_is_its_bytes():
    assert bodies.data_url("data:image/png;base64," + base64.b64encode(b"abc").decode()) == b"abc"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://example.org/a.png", "unresolvable_reference"),
        ("file:///etc/passwd", "unresolvable_reference"),
        ("data:text/html;base64,YQ==", "unresolvable_reference"),
        ("data:image/png,abc", "unresolvable_reference"),
        ("file_abc123", "unresolvable_reference"),
        ("", "unresolvable_reference"),
        ("data:image/png;base64,****", "invalid_image"),
    ],
)
def test_what_is_elsewhere_cannot_be_judged(text, code):
    with pytest.raises(BadInput) as sent_back:
        bodies.data_url(text)
    assert sent_back.value.code == code
