"""Two reviewers work a shift by keys alone: they look, decide, undo, meet a conflict, and hear an appeal."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.staticfiles import StaticFiles

from consentry.core.case import CaseState
from consentry.core.consequence import token
from consentry.core.review import CLAIM
from consentry.core.staff import Role
from consentry.web import pages
from support.console import Desk
from support.serving import served

pytestmark = pytest.mark.browser

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SHOTS = os.environ.get("CONSENTRY_SHOTS", "")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device that answers by itself, as if its owner were there."""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; tools/debian gets it")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    held = {}

    async def app(scope, receive, send):
        await held["desk"].app(scope, receive, send)

    with served(app) as address:
        desk = held["desk"] = Desk(address.replace("127.0.0.1", "localhost"))
        desk.app.mount("/static", StaticFiles(directory=Path(pages.HERE) / "static"))
        yield desk


@contextmanager
def reviewer(browser, desk, name: str, *roles: Role, **more: object):
    """A page of somebody with a passkey, signed in; what it fetched is remembered."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, **more)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    _, shown = desk.staff.add(name, frozenset(roles))
    page.goto(f"{desk.origin}/console/invited#{shown}")
    page.press("#code", "Enter")
    page.locator("#label").wait_for()
    page.fill("#label", "Blue key")
    page.press("#label", "Enter")
    page.locator("li .name", has_text="Blue key").wait_for()
    page.goto(f"{desk.origin}/console/sign-in")
    page.locator("[data-passkey] button").press("Enter")
    page.locator("nav a", has_text="Queue").wait_for()
    page.goto(f"{desk.origin}/console/queue")
    page.locator("h1", has_text="What waits").wait_for()
    try:
        yield page
    finally:
        context.close()


def looks_well(page, name: str):
    """Nobody is in anybody's way, in light and dark, on a telephone and on a desk."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width, scheme in ((360, "light"), (1280, "light"), (1440, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(PAINTED)
        assert page.evaluate(OVER) == 0, (name, width)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
        found = axe.run(page, options=RULES).response["violations"]
        assert not [(each["id"], each["nodes"][0]["html"]) for each in found], (name, width, scheme)
    page.emulate_media(color_scheme="light")


def take(page):
    """Take the most urgent case, with one key."""
    page.keyboard.press("n")
    page.locator("#decide").wait_for()


def choose(page, key: str, downs: int = 1):
    """Choose with a key, a reason with the arrows, and see what would follow."""
    page.keyboard.press(key)
    for _ in range(downs):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.locator("h1", has_text="What would follow").wait_for()


def confirm(page):
    page.keyboard.press("Enter")
    page.locator(".note button", has_text="Undo").wait_for()


def back(page):
    page.keyboard.press("q")
    page.locator("h1", has_text="What waits").wait_for()


def test_a_shift_by_keys_alone_with_a_second_thought_and_an_appeal(browser, desk):
    for number in range(3):
        desk.reported(f"C-SHIFT-{number}")
        desk.clock.pass_(1)
    with reviewer(browser, desk, "ada", Role.REVIEWER) as ada:
        take(ada)
        choose(ada, "1")
        assert "is shown again" in ada.inner_text(".effects")
        confirm(ada)
        ada.keyboard.press("u")
        ada.locator("b[data-until]").wait_for()
        for _ in range(3):
            if not ada.locator("b[data-until]").count():
                take(ada)
            choose(ada, "2")
            confirm(ada)
            back(ada)
        desk.work()
        assert set(desk.site.notices) == {"poster0", "poster1"}
        with desk.store.read() as view:
            first = next(one for one in view.resolutions("C-SHIFT-0") if one.state.value == "done")
        copy = "cpy_C-SHIFT-0-0"
        desk.appeals.by_poster(first.id, copy, token(desk.appeals.secret, first.id, copy), "It is my boat.")
        ada.goto(f"{desk.origin}/console/queue")
        ada.keyboard.press("n")
        ada.locator("h1", has_text="What waits").wait_for()
        with reviewer(browser, desk, "bea", Role.REVIEWER) as bea:
            take(bea)
            assert "It is my boat." in bea.inner_text(".quote")
            choose(bea, "1")
            assert "you were right" in bea.inner_text(".effects")
            confirm(bea)
            desk.work()
    with desk.store.read() as view:
        assert view.case("C-SHIFT-0").state is CaseState.REFUSED
        assert view.resolution(first.id).state.value == "reversed"


def test_an_original_is_seen_only_while_a_key_is_held(browser, desk):
    desk.reported("C-HOLD-1")
    fetched = []
    with reviewer(browser, desk, "ada", Role.REVIEWER) as ada:
        ada.on("request", lambda request: fetched.append(request.url))
        take(ada)
        ada.locator("[data-says]", has_text="One still picture").wait_for()
        assert not [url for url in fetched if "/look/" in url or "/cover/" in url]
        ada.keyboard.press("g")
        ada.locator(".frame img[src*='style=blur']").wait_for()
        ada.keyboard.down("Shift")
        ada.keyboard.down(" ")
        ada.locator(".frame img[src*='/console/look/']").wait_for()
        ada.keyboard.up(" ")
        ada.keyboard.up("Shift")
        ada.locator(".frame img[src*='style=blur']").wait_for()
        ada.locator("[data-hold]").hover()
        ada.mouse.down()
        ada.locator(".frame img[src*='/console/look/']").wait_for()
        ada.evaluate("window.dispatchEvent(new Event('blur'))")
        ada.locator(".frame img[src*='style=blur']").wait_for()
        ada.mouse.up()
    events = [line for line in everything(desk) if b'"looked"' in line]
    assert len(events) == 2
    opened = [url for url in fetched if re.search(r"/console/look/opn_[^/]+$", url)]
    assert len(opened) == len(set(opened)) == 2


def everything(desk):
    return [desk.store.line(at).record for at in range(desk.store.size())]


def test_a_conflict_is_told_and_what_was_typed_is_kept(browser, desk):
    desk.reported("C-CLASH-1")
    with (
        reviewer(browser, desk, "ada", Role.REVIEWER) as ada,
        reviewer(browser, desk, "bea", Role.REVIEWER) as bea,
    ):
        take(ada)
        ada.keyboard.press("r")
        ada.keyboard.type("I saw this before")
        ada.keyboard.press("Escape")
        desk.clock.pass_(CLAIM.total_seconds())
        bea.reload()
        take(bea)
        ada.keyboard.press("2")
        ada.keyboard.press("ArrowDown")
        ada.keyboard.press("Escape")
        ada.keyboard.press("Enter")
        ada.locator("[role=alert]", has_text="You do not have this in hand any more").wait_for()
        assert ada.input_value("#note") == "I saw this before"
        assert "bea" in ada.inner_text(".hand")


def test_every_screen_is_for_everybody_and_every_key_can_be_another(browser, desk):
    for number in range(2):
        desk.reported(f"C-LOOK-{number}")
    with reviewer(browser, desk, "ada", Role.SENIOR, bypass_csp=True) as ada:
        looks_well(ada, "queue")
        take(ada)
        ada.keyboard.press("v")
        ada.locator(".frame img[src*='style=sketch']").wait_for()
        looks_well(ada, "case")
        ada.keyboard.press("?")
        ada.locator("dialog[open]").wait_for()
        looks_well(ada, "keys")
        ada.locator("[aria-label^='Key for: Put back']").press("w")
        ada.locator("[data-close]").press("Enter")
        choose(ada, "3")
        looks_well(ada, "preview")
        ada.keyboard.press("Escape")
        ada.locator("#decide").wait_for()
        ada.keyboard.press("w")
        ada.locator("h1", has_text="What waits").wait_for()
        ada.goto(f"{desk.origin}/console/figures")
        looks_well(ada, "figures")
