"""Every page works for everybody: on a telephone, in the dark, by keyboard, without JavaScript."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consentry.media import drawing
from consentry.media.edits import encoded
from support.running import Running

pytestmark = pytest.mark.browser

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PAGES = {
    "/": 200,
    "/docs": 200,
    "/site": 200,
    "/site/posts/seen": 200,
    "/site/posts/gone": 410,
    "/nowhere": 404,
}
"""Every page for people, and its status."""

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
"""WCAG 2.2, levels A and AA."""

OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return [at.outerHTML.slice(0, 200), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          box.width > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight];
}"""
"""What has the focus, whether that can be seen, and whether it is on the screen."""

TARGETS = """[...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility()).length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; tools/debian gets it")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(server: Running) -> Running:
    """The server, with a post to look at."""
    with server.http("screen") as http:
        query = {"author": "Mira", "text": "A walk"}
        http.put("/site/posts/seen", params=query, content=encoded(drawing.figure(23), "png"))
    return server


@contextmanager
def opened(browser, server: Running, path: str, width: int = 1440, **more: object):
    """A page, and what it did meanwhile: messages on the console, and requests."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **more)
    page, messages, requests = context.new_page(), [], []
    page.on("console", lambda message: messages.append((message.text, message.location["url"])))
    page.on("pageerror", lambda error: messages.append((str(error), "")))
    page.on("request", lambda request: requests.append(request.url))
    reply = page.goto(f"{server.url}{path}", wait_until="networkidle")
    assert reply.status == PAGES[path]
    try:
        yield page, messages, requests
    finally:
        context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "light"),
        (1440, "dark"),
        pytest.param(360, "dark", marks=pytest.mark.deep),
        pytest.param(1440, "light", marks=pytest.mark.deep),
    ],
)
def test_nothing_stands_in_anybodys_way(browser, site: Running, path: str, width: int, scheme: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # The page's own policy lets no script in, so the checker has to go round it.
    with opened(browser, site, path, width, color_scheme=scheme, bypass_csp=True) as (page, _, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = axe.run(page, options=RULES).response["violations"]
        assert not [(each["id"], each["nodes"][0]["html"]) for each in found]
        assert page.evaluate(OVER) == 0


@pytest.mark.parametrize("path", PAGES)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser, site: Running, path: str):
    with opened(browser, site, path, 360, bypass_csp=True) as (page, _, _):
        wanted = page.evaluate(TARGETS)
        reached = []
        for _ in range(wanted):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(FOCUSED))
        assert all(seen and there for _, seen, there in reached), reached
        assert reached[0][0].startswith('<a class="skip"')
        assert page.evaluate("document.activeElement !== document.body")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body"), "there is more than was counted"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nobody_else_and_has_nothing_to_complain_about(browser, site: Running, path: str):
    with opened(browser, site, path) as (_, messages, requests):
        assert requests
        assert all(url.startswith(site.url) for url in requests)
        # Chromium notes the status of the page itself where it is not 200.
        assert not [text for text, url in messages if url != f"{site.url}{path}" or PAGES[path] == 200]


@pytest.mark.parametrize("path", PAGES)
def test_without_javascript_a_page_is_the_same(browser, site: Running, path: str):
    with opened(browser, site, path) as (page, _, _):
        with_it = page.inner_text("h1")
    with opened(browser, site, path, java_script_enabled=False) as (page, _, _):
        assert page.inner_text("h1") == with_it
        assert page.locator("main").inner_text().strip()
        assert page.locator("script").count() == 0


def test_pictures_are_shown_in_full(browser, site: Running):
    with opened(browser, site, "/site/posts/seen", bypass_csp=True) as (page, _, _):
        size = "(i => [i.complete, i.naturalWidth, i.clientWidth / i.clientHeight])(document.images[0])"
        shown = page.evaluate(size)
    assert shown[0]
    assert shown[1] > 100
    assert shown[2] == pytest.approx(480 / 640, rel=0.02)


def test_the_way_to_a_route_leads_there(browser, site: Running):
    with opened(browser, site, "/docs", 360) as (page, _, _):
        page.click("a[href='#post-v1-images-edits']")
        assert page.locator("#post-v1-images-edits").bounding_box()["y"] < 100
