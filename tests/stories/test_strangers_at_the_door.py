"""Bad input gets a clear answer in one shape, and nothing is lost or learned by sending it."""

import base64
import io

import pytest
from PIL import Image

from support.running import Running

SHAPE = {"message", "type", "param", "code", "next_step", "request_id"}


def error(reply, status, code):
    assert reply.status_code == status, reply.text[:300]
    body = reply.json()
    assert set(body) == {"error"}
    assert set(body["error"]) >= SHAPE
    assert body["error"]["code"] == code
    return body["error"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "missing_api_key"),
        ({"authorization": "Bearer nonsense"}, 401, "invalid_api_key"),
        ({"authorization": "Basic abc"}, 401, "missing_api_key"),
        ({"x-api-key": "cty_a_b"}, 401, "invalid_api_key"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/images/edits", "/v1/screen?item=1"])
def test_without_a_good_key_nothing_is_even_read(server: Running, path, headers, status, code):
    with server.http() as http:
        error(http.post(path, headers=headers, content=b"x" * 1000), status, code)


def test_a_key_for_one_door_does_not_open_another(server: Running):
    with server.http("screen") as http:
        error(http.post("/v1/images/generations", json={"prompt": "a"}), 403, "insufficient_scope")
        error(http.get("/v1/log/entry/0"), 403, "insufficient_scope")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_prompt"),
        ({"prompt": ""}, "missing_prompt"),
        ({"prompt": ["a"]}, "missing_prompt"),
        ({"prompt": "a" * 32_001}, "invalid_request"),
        ({"prompt": "a", "n": 0}, "invalid_request"),
        ({"prompt": "a", "n": 11}, "invalid_request"),
        ({"prompt": "a", "n": True}, "invalid_request"),
        ({"prompt": "a", "n": "٣x"}, "invalid_request"),
        ({"prompt": "a", "image": "data:,"}, "unknown_parameter"),
        ({"prompt": "a", "hidden_picture": "x"}, "unknown_parameter"),
        ({"prompt": "a", "stream": "perhaps"}, "invalid_request"),
        ({"prompt": "a", "output_format": "svg"}, "invalid_request"),
        ({"prompt": "a", "response_format": "url"}, "invalid_request"),
        ({"prompt": "a", "size": {"w": 1}}, "invalid_request"),
        ({"prompt": "a", "user": 7}, "invalid_request"),
    ],
)
def test_a_generation_that_makes_no_sense_is_sent_back(server: Running, body, code):
    with server.http("gate") as http:
        error(http.post("/v1/images/generations", json=body), 400, code)


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"prompt=a", "application/x-www-form-urlencoded", "unsupported_content_type"),
        (b"", "", "unsupported_content_type"),
        (b"--xx", "multipart/form-data; boundary=xx", "invalid_form"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/images/edits"])
def test_a_wrong_content_type_is_sent_back(server: Running, path, content, kind, code):
    with server.http("gate") as http:
        error(http.post(path, content=content, headers={"content-type": kind}), 400, code)


@pytest.mark.parametrize(
    "image",
    ["https://example.org/a.png", "http://169.254.169.254/x", "file_abc", {"file_id": "file_abc"}, 7, {}],
)
def test_a_picture_that_is_elsewhere_cannot_be_judged(server: Running, image):
    with server.http("gate") as http:
        reply = http.post("/v1/images/edits", json={"prompt": "brighter", "image": image})
    error(reply, 400, "unresolvable_reference")


def test_too_many_pictures_and_two_masks_are_sent_back(server: Running, photo):
    one = ("a.png", photo, "image/png")
    with server.http("gate") as http:
        data = {"prompt": "brighter"}
        error(http.post("/v1/images/edits", data=data), 400, "unsupported_content_type")
        many = [("image[]", one)] * 17
        error(http.post("/v1/images/edits", data=data, files=many), 400, "too_many_images")
        masks = [("image", one), ("mask", one), ("mask", one)]
        error(http.post("/v1/images/edits", data=data, files=masks), 400, "too_many_images")
        strange = [("image", one), ("overlay", one)]
        error(http.post("/v1/images/edits", data=data, files=strange), 400, "unknown_parameter")


def _saved(kind: str, **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (9, 99, 200)).save(out, kind, **options)
    return out.getvalue()


BAD_FILES = {
    "empty": b"",
    "text": b"hello, I am a picture",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
    "half a jpeg": _saved("JPEG")[:300],
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    "bmp": _saved("BMP"),
    "too many frames": _saved(
        "GIF", save_all=True, append_images=[Image.new("L", (64, 64), n % 256) for n in range(1, 300)]
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_sent_back_by_every_door(server: Running, name):
    lines = server.system.store.size()
    with server.http("gate,screen") as http:
        files = {"image": ("a.png", BAD_FILES[name], "image/png")}
        error(http.post("/v1/images/edits", data={"prompt": "brighter"}, files=files), 400, "invalid_image")
        reply = http.post("/v1/screen", params={"item": "x"}, content=BAD_FILES[name])
        error(reply, 400, "invalid_image")
    assert server.system.store.size() == lines + 1  # the key that was made; nothing was judged


def test_what_hides_behind_a_picture_does_not_come_out_again(server: Running, photo):
    polyglot = photo + b"PK\x03\x04" + b"hidden archive" * 50
    with server.http("gate") as http:
        files = {"image": ("a.png", polyglot, "image/png")}
        reply = http.post("/v1/images/edits", data={"prompt": "brighten the picture"}, files=files)
    assert reply.status_code == 200
    assert b"hidden archive" not in base64.b64decode(reply.json()["data"][0]["b64_json"])


@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/images/edits", "/v1/screen?item=1"])
def test_a_body_over_the_cap_is_refused(server: Running, path):
    with server.http("gate,screen") as http:
        reply = http.post(path, content=b"x" * (61 * 2**20), headers={"content-type": "application/json"})
    assert reply.status_code in {400, 413}
    assert "traceback" not in reply.text.lower()


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"urls": []}, "urls"),
        ({"urls": ["not an address"]}, "urls"),
        ({"urls": "https://a.example"}, "urls"),
        ({"good_faith": "yes"}, "good_faith"),
        ({"declares_intimate": False}, "declares_intimate"),
        ({"standing": "neighbour"}, "standing"),
        ({"under18": None}, "under18"),
        ({"signature": ""}, "signature"),
        ({"statement": "x" * 5001}, "statement"),
        ({"contact": 7}, "contact"),
        ({"shoe_size": "44"}, "shoe_size"),
    ],
)
def test_a_report_that_lacks_something_says_what(server: Running, change, param):
    form = {
        "standing": "self", "under18": "no", "urls": ["https://site.example/1"], "statement": "It is me.",
        "declares_intimate": True, "good_faith": True, "signature": "A. Person",
    }  # fmt: skip
    with server.http() as http:
        reply = http.post("/v1/reports", json={**form, **change})
    assert reply.json()["error"]["param"] == param
    assert reply.status_code == 400


def test_no_error_shows_anything_from_inside(server: Running):
    with server.http("gate,screen,read") as http:
        replies = [
            http.get("/v1/log/proof/999999999"),
            http.get("/v1/log/proof/-1"),
            http.get("/v1/log/proof/abc"),
            http.get("/v1/log/entry/99999999999999999999999999"),
            http.post("/v1/screen"),
            http.get("/nowhere"),
            http.post("/healthz"),
        ]
    for reply in replies:
        assert set(reply.json()["error"]) >= SHAPE, reply.text
        assert "Traceback" not in reply.text
        assert "/src/" not in reply.text
