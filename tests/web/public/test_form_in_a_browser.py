"""The form works for everybody: on a telephone, with and without JavaScript, and lets nobody listen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentry.media import drawing
from consentry.media.edits import encoded

pytestmark = pytest.mark.browser

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SHOTS = os.environ.get("CONSENTRY_SHOTS", "")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NOISE = """() => {
  const honest = CanvasRenderingContext2D.prototype.getImageData;
  CanvasRenderingContext2D.prototype.getImageData = function (...where) {
    const found = honest.apply(this, where);
    for (let i = 0; i < found.data.length; i += 4) found.data[i] ^= 1;
    return found;
  };
}"""
CONTINUE = "main form button:not([type])"


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


def steps(page, form: str, lang: str = "en") -> Iterator[str]:
    """Walk the whole form as a person would; stops at every page and at one that says what is missing."""
    page.goto(f"{form}/{lang}/")
    yield "start"
    page.click(".begin button")
    yield "quickly"
    page.click("main .button")
    yield "who"
    page.click(CONTINUE)
    yield "who-missing"
    page.check("input[value=self]")
    page.click(CONTINUE)
    yield "age"
    page.check("input[value=no]")
    page.click(CONTINUE)
    page.fill("#urls", "https://elsewhere.example/a/long/address/that/has/to/break/somewhere/on/a/telephone")
    yield "where"
    page.click(CONTINUE)
    yield "copies"
    page.click(CONTINUE)
    page.check("input[value=made]")
    yield "why"
    page.click(CONTINUE)
    yield "reach"
    page.click(CONTINUE)
    page.click(CONTINUE)
    yield "sign-missing"
    page.check("#intimate")
    page.check("#good_faith")
    page.fill("#signature", "Mira")
    page.click(CONTINUE)
    yield "check"
    page.click("#send")
    yield "sent"
    page.click("main .button")
    page.fill("#text", "Is it gone?")
    page.click("main form button:not([type]) >> nth=0")
    yield "case"
    page.click(".acts a")
    yield "withdraw"
    page.click("#withdraw")
    yield "withdrawn"


@pytest.mark.parametrize(("width", "lang"), [(360, "ar"), (1440, "en")])
def test_with_javascript_nothing_stands_in_anybodys_way(browser, form: str, width: int, lang: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # The page's own policy lets no script in, so the checker has to go round it.
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for step in steps(page, form, lang):
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{lang}-{width}-{step}.png", full_page=True)
        found = axe.run(page, options=RULES).response["violations"]
        assert not [(step, each["id"], each["nodes"][0]["html"]) for each in found]
        assert page.evaluate(OVER) == 0, step
    assert all(url.startswith(form) for url in asked)
    context.close()


def test_without_javascript_the_whole_form_can_be_walked(browser, form: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    seen = []
    for step in steps(page, form):
        seen.append(step)
        if step == "copies":
            assert "This step needs JavaScript" in page.inner_text("main")
    assert seen[-1] == "withdrawn"
    assert "You took this report back." in page.inner_text("main")
    context.close()


def to(page, form: str, wanted: str) -> None:
    for step in steps(page, form):
        if step == wanted:
            return


def test_a_picture_is_hashed_on_the_device_and_stays_there(browser, form: str):
    context = browser.new_context()
    page, bodies, wrong = context.new_page(), [], []
    page.on("request", lambda request: bodies.append(len(request.post_data_buffer or b"")))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    to(page, form, "copies")
    data = encoded(drawing.place(5), "png")
    page.set_input_files(
        "#pictures",
        [
            {"name": "a.png", "mimeType": "image/png", "buffer": data},
            {"name": "b.png", "mimeType": "image/png", "buffer": b"no picture"},
        ],
    )
    page.locator("#told", has_text="ready").wait_for()
    assert page.inner_text("#told") == "1 ready · 1 could not be read; left out"
    page.click(CONTINUE)
    assert page.url.endswith("/why")
    assert max(bodies) < 500
    assert len(data) > 5_000
    assert not wrong, "our own policy must let our own script run"
    page.goto(f"{form}/en/copies")
    page.click("#forget")
    assert page.input_value("#found") == ""
    context.close()


def test_a_browser_that_puts_noise_into_pixels_is_told_so(browser, form: str):
    context = browser.new_context()
    context.add_init_script(f"({NOISE})()")
    page = context.new_page()
    to(page, form, "copies")
    page.locator("#told", has_text="changes images to protect you").wait_for()
    assert page.is_disabled("#pictures")
    page.click(CONTINUE)
    assert page.url.endswith("/why")
    context.close()


THRICE = (
    """for (let i = 0; i < 3; i++) document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Shift'}))"""
)
"""Three presses within a second, however slow the machine is."""


@pytest.mark.parametrize("way", ["keys", "button"])
def test_leaving_is_quick_and_going_back_reveals_nothing(browser, form: str, way: str):
    context = browser.new_context()
    page = context.new_page()
    to(page, form, "sign-missing")
    page.wait_for_load_state("load")  # the script is there from now on
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    assert page.url.endswith("/sign")
    if way == "keys":
        page.evaluate(THRICE)
    else:
        page.click("#leave")
    page.wait_for_url("**/healthz")
    assert not context.cookies()
    page.go_back()
    assert page.locator("#signature").count() == 0
    assert page.url.endswith("/en/")
    context.close()
