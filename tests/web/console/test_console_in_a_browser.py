"""The console in a real browser: a passkey is registered and touched, and every page is for everybody."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consentry.core.staff import Role
from consentry.remote.provider import Client, OpenIdProvider
from consentry.store.system import SystemClock
from support.console import Desk
from support.provider import CLIENT, SECRET, elsewhere
from support.running import Running
from support.serving import served

pytestmark = pytest.mark.browser

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SHOTS = os.environ.get("CONSENTRY_SHOTS", "")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NOISE = ("Failed to load", "Clear-Site-Data")
"""What Chromium notes of a refusal that is meant, and of signing out."""

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


@contextmanager
def opened(browser, **more: object):
    """A page with a device that holds passkeys; afterwards, that it had nothing to complain about."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, **more)
    page, messages = context.new_page(), []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    try:
        yield page
        assert not [text for text in messages if not text.startswith(NOISE)]
    finally:
        context.close()


def origin(server: Running) -> str:
    return server.system.settings.console_origin


def invited(server: Running, page, name: str, *roles: Role):
    """Come in by an invitation and register a passkey, by keys alone."""
    _, shown = server.system.staff.add(name, frozenset(roles))
    page.goto(f"{origin(server)}/console/invited#{shown}")
    page.locator("#code").wait_for()
    assert page.input_value("#code") == shown
    assert "#" not in page.url
    page.press("#code", "Enter")
    page.locator("#label").wait_for()
    page.fill("#label", "Blue key")
    page.press("#label", "Enter")
    page.locator("li .name", has_text="Blue key").wait_for()


def signed_in(server: Running, page):
    page.goto(f"{origin(server)}/console/sign-in")
    page.locator("[data-passkey] button").wait_for()
    while not page.evaluate("document.activeElement.matches('[data-passkey] button')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("nav a", has_text="Overview").wait_for()


def look(page, name: str):
    """Nobody is in anybody's way, in light and dark, on a telephone and on a desk."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width in (360, 1280, 1440):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(OVER) == 0, (name, width)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
            if (width, scheme) not in {(360, "light"), (1440, "dark")}:
                continue
            found = axe.run(page, options=RULES).response["violations"]
            assert not [(each["id"], each["nodes"][0]["html"]) for each in found], (name, width, scheme)


def test_somebody_comes_in_by_invitation_and_then_by_passkey_with_keys_alone(browser, server: Running):
    with opened(browser) as page:
        invited(server, page, "browser-ada", Role.REVIEWER)
        page.locator(".who button").focus()
        page.keyboard.press("Enter")
        page.locator("h1", has_text="Sign in").wait_for()
        signed_in(server, page)
        assert "browser-ada" in page.inner_text(".who")
        page.goto(f"{origin(server)}/console/touch?next=/console/account")
        page.locator("main button").press("Enter")
        page.locator("h1", has_text="My account").wait_for()


def test_a_passkey_of_another_device_is_refused_in_words(browser, server: Running):
    with opened(browser) as page:
        page.goto(f"{origin(server)}/console/sign-in")
        page.locator("[data-passkey] button").click()
        page.locator("[role=status]", has_text="the passkey was not used").wait_for(timeout=60_000)
        assert page.locator("[data-passkey] button").is_enabled()


def test_every_page_is_for_everybody(browser, server: Running):
    with opened(browser, bypass_csp=True) as page:
        invited(server, page, "browser-bea", Role.OPERATOR)
        page.click("text=Make one")
        page.locator(".words").wait_for()
        look(page, "account")
        signed_in(server, page)
        look(page, "overview")
        page.goto(f"{origin(server)}/console/staff")
        page.fill("#name", "browser-cleo")
        page.press("#name", "Enter")
        page.locator("h1", has_text="Invitation").wait_for()
        look(page, "invitation")
        page.goto(f"{origin(server)}/console/staff")
        page.locator("summary").first.press("Enter")
        look(page, "staff")
        page.goto(f"{origin(server)}/console/touch")
        look(page, "touch")
        page.click("text=Sign out")
        page.locator("h1", has_text="Sign in").wait_for()
        look(page, "sign-in")
        page.fill("#name", "browser-bea")
        page.fill("#words", "wrong")
        page.press("#words", "Enter")
        page.locator("[role=alert]").wait_for()
        look(page, "refused")
        page.goto(f"{origin(server)}/console/invited")
        look(page, "invited")


def test_a_browser_comes_back_from_another_site_with_its_strict_cookie(browser):
    """The cookie is not sent along from elsewhere, so the way back leads over a page of ours."""
    held = {}

    async def app(scope, receive, send):
        await held["desk"].app(scope, receive, send)

    with served(app) as address, elsewhere() as theirs, opened(browser) as page:
        here = address.replace("127.0.0.1", "localhost")
        client = Client(theirs.url, CLIENT, SECRET, "Elsewhere", f"{here}/console/provider/back")
        desk = held["desk"] = Desk(here, provider=OpenIdProvider(client, SystemClock()))
        _, shown = desk.staff.add("ada", frozenset({Role.REVIEWER}))
        page.goto(f"{here}/console/invited#{shown}")
        page.click("text=Open my account")
        page.click("text=Link my account at Elsewhere")
        page.locator("p", has_text="It is linked to this account.").wait_for()
        page.click("text=Sign out")
        page.click("text=Go to Elsewhere")
        page.locator("h1", has_text="Good to see you, ada").wait_for()
        assert "/authorize" in theirs.calls


def test_without_javascript_the_passphrase_still_works(browser, server: Running):
    system = server.system
    member, shown = system.staff.add("browser-dora", frozenset({Role.AUDITOR}))
    signed = system.sign_in.signed(system.sign_in.accept(shown))
    words = system.accounts.make_passphrase(member, signed.session)
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{origin(server)}/console/sign-in?next=/console/staff")
        page.fill("#name", "browser-dora")
        page.fill("#words", words)
        page.press("#words", "Enter")
        page.locator("h1", has_text="Staff").wait_for()
