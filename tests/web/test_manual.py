"""The manual shows every route with what it takes and gives, and comes from nowhere else."""

import html
import re

import pytest

from consentry.cli.docs import routes
from consentry.web import describe
from consentry.web.app import create_app
from consentry.web.manual import entries, fields
from support.running import Running

KNOWN = [
    route
    for route in routes()
    if route.tag != "pages" and not (route.method == "GET" and route.path.startswith("/site"))
]
"""Every route for programs; the site's pages are for people."""


@pytest.fixture
def page(server: Running) -> str:
    with server.http() as http:
        return http.get("/docs").text


@pytest.fixture
def document(server: Running) -> dict:
    return create_app(server.system).openapi()


@pytest.mark.parametrize("route", KNOWN, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_stands_there(page: str, route):
    plain = html.unescape(re.sub(r"<wbr>", "", page))
    assert plain.count(f"<b>{route.method}</b> {route.path}</code>") == 2  # in the contents, and in full


def test_every_field_stands_there(page: str, document: dict):
    plain = html.unescape(re.sub(r"<wbr>", "", page))
    for entry in entries(document):
        for field in [*entry.parameters, *(f for body in (*entry.takes, *entry.gives) for f in body.fields)]:
            assert f"<code>{field.name}</code>" in plain


def test_every_contents_link_has_its_place(page: str):
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(links) == len(KNOWN) + 1  # and the way past the bar
    assert all(page.count(f'id="{link}"') == 1 for link in links)


def test_nothing_on_it_comes_from_anywhere_else(page: str):
    assert "<script" not in page
    assert not re.findall(r'(?:href|src)="(?!/|#)', page)


def test_hma_clients_find_their_part_of_the_document_where_hma_has_it(server: Running):
    with server.http() as http:
        found = http.get("/openapi/openapi.json").json()
    assert found["info"]["title"] == "Open Media Match API"
    assert {"/h/hash", "/m/lookup", "/c/bank/{name}/content/{number}"} <= found["paths"].keys()
    assert not [path for path in found["paths"] if path.startswith("/v1")]


def test_it_says_which_key_is_needed(document: dict):
    scopes = {f"{entry.method} {entry.path}": entry.scope for entry in entries(document)}
    assert scopes["POST /v1/images/edits"] == "gate"
    assert scopes["POST /v1/screen"] == "screen"
    assert scopes["GET /v1/log/entry/{index}"] == "read"
    assert scopes["POST /v1/reports"] == ""


def test_inner_fields_have_the_names_of_the_outer_ones_before_them():
    inner = describe.thing({"b": describe.text("A b.")}, ("b",))
    found = fields(describe.thing({"a": inner, "c": describe.several("Some.", inner)}, ("a",)))
    assert [(field.name, field.required) for field in found] == [
        ("a", True),
        ("a.b", True),
        ("c", False),
        ("c[].b", True),
    ]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (describe.text("x"), "text"),
        (describe.number("x"), "number"),
        (describe.flag("x"), "yes or no"),
        (describe.picture("x"), "picture"),
        (describe.text("x", enum=["yes", "no"]), "yes or no"),
        (describe.several("x", describe.text("y")), "list (text)"),
        ({"type": ["string", "null"]}, "text or nothing"),
        ({}, "anything"),
    ],
)
def test_types_are_said_in_plain_words(schema, kind):
    assert fields(describe.thing({"a": schema}))[0].kind == kind


def test_the_document_is_made_once_and_knows_keys(server: Running):
    app = create_app(server.system)
    assert app.openapi() is app.openapi()
    assert app.openapi()["components"]["securitySchemes"] == describe.SECURITY
