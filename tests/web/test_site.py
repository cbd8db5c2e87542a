"""The small site shows visitors what was published, and nothing else."""

from urllib.parse import quote

import pytest

from consentry.web.site import _type
from support.running import Running


def publish(server: Running, item: str, data: bytes, **query: str):
    with server.http("screen") as http:
        return http.put(f"/site/posts/{item}", content=data, params=query)


def visit(server: Running, path: str):
    with server.http() as http:
        return http.get(f"/site{path}")


def test_only_its_operator_publishes(server: Running, photo: bytes):
    with server.http() as http:
        assert http.put("/site/posts/strange", content=photo).status_code == 401
    with server.http("gate") as http:
        assert http.put("/site/posts/strange", content=photo).status_code == 403
    assert visit(server, "/posts/strange").status_code == 410


def test_a_post_has_a_page_a_place_on_the_front_and_a_picture(server: Running, photo: bytes):
    reply = publish(server, "a-walk", photo, author="Mira", text="A walk by the sea")
    assert reply.status_code == 201
    assert reply.headers["location"] == server.address("a-walk")
    for path in ("/posts/a-walk", ""):
        assert "A walk by the sea" in visit(server, path).text
        assert "by Mira" in visit(server, path).text
    assert visit(server, "/media/a-walk").content == photo


def test_a_picture_is_sent_as_what_it_is_and_can_do_nothing(server: Running, photo: bytes):
    publish(server, "typed", photo)
    headers = visit(server, "/media/typed").headers
    assert headers["content-type"] == "image/png"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox"
    assert headers["cache-control"] == "no-store"
    assert headers["etag"]


def test_what_somebody_wrote_is_text_on_every_page(server: Running, photo: bytes):
    publish(server, "hostile", photo, author="<b>Bo</b>", text="<script>x</script>")
    for path in ("/posts/hostile", ""):
        assert "<script>" not in visit(server, path).text
        assert "<b>Bo" not in visit(server, path).text


@pytest.mark.parametrize("item", ["50% off", "naïve", "two words"])
def test_a_post_with_an_odd_name_is_found_by_its_links(server: Running, photo: bytes, item: str):
    publish(server, quote(item, safe=""), photo)
    page = visit(server, "").text
    assert f'href="/site/posts/{quote(item)}"' in page
    assert visit(server, f"/posts/{quote(item)}").status_code == 200
    assert visit(server, f"/media/{quote(item)}").status_code == 200


def test_what_is_not_there_says_so_calmly(server: Running):
    reply = visit(server, "/posts/nothing-here")
    assert reply.status_code == 410
    assert "This post is not available" in reply.text
    assert visit(server, "/media/nothing-here").json()["error"]["code"] == "gone"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF....WEBP", "image/webp"),
        (b"<html>", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(data: bytes, kind: str):
    assert _type(data) == kind
