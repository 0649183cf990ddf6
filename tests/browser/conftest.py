"""The real page, started once, and a browser for each module; a fresh page for each test."""

import html
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core.service import Service
from tests.browser.generate_page import GeneratePage
from tests.browser.server import PATIENCE, running, running_app
from tests.browser.spell_page import SpellPage
from tests.browser.tiny_app import write_all
from tests.browser.translate_page import TranslatePage

CHROMIUM = (  # the lightest first, as in the Makefile
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# A container has no sandbox of its own, and the browser should ask nothing of the network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Another site that shows the page, as Hugging Face does with a Space.
FRAME = '<iframe src="{address}" style="width: 1200px; height: 860px"></iframe>'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser test try a second time.

    Gradio's page loses an event that it sends while the server closes the stream of the last one's
    answers, which it does not open again; a busy machine is slow enough for that.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with running_app() as address:
        yield address


@pytest.fixture(scope="session")
def tiny_app() -> Iterator[str]:
    """The page over language models whose weights are random."""
    with running("-m", "tests.browser.tiny_app") as address:
        yield address


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The same models in this process: what the page writes is read back against them."""
    root = tmp_path_factory.mktemp("checkpoints")
    write_all(root)
    return Service(root=root, threads=1)


@pytest.fixture(scope="session")
def core() -> Service:
    """The same checkpoints in this process: what the page shows is read back against them."""
    return Service(threads=1)


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browser keeps scripts, compiled: a page opens in half the time."""
    return tmp_path_factory.mktemp("profile")


# Of a module, not of the session: while Playwright runs, its event loop is that of the thread, and
# the tests of other folders have loops of their own.
@pytest.fixture(scope="module")
def context(profile: Path) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(profile, **chromium())
        context.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        yield context
        context.close()


def launch(playwright) -> Browser:
    """Start a browser that knows nothing yet."""
    return playwright.chromium.launch(**chromium())


def chromium() -> dict[str, Any]:
    """Return how to start the system's Chromium where there is one, else Playwright's own."""
    system = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return {"executable_path": system, "args": ARGUMENTS}


@pytest.fixture
def visit(app: str, context: BrowserContext) -> Iterator[Callable[..., TranslatePage]]:
    """Open the Translate tab; afterwards, fail on any error, dialog or request to elsewhere."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(
        width: int = 1280, query: str = "", script: str = "", framed: bool = False
    ) -> TranslatePage:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        pages.append(page)
        watch(page, app, complaints)
        page.add_init_script(script)
        if not framed:
            page.goto(f"{app}/{query}")
            return TranslatePage(page)
        page.set_content(FRAME.format(address=html.escape(f"{app}/{query}")))
        return TranslatePage(page.frames[1])

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture
def visit_generate(tiny_app: str, context: BrowserContext) -> Iterator[Callable[..., GeneratePage]]:
    """Open the Generate tab over tiny models; fail as `visit` does."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(width: int = 1280, query: str = "?tab=generate") -> GeneratePage:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        pages.append(page)
        watch(page, tiny_app, complaints)
        page.goto(f"{tiny_app}/{query}")
        return GeneratePage(page)

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture
def visit_spell(
    request: pytest.FixtureRequest, context: BrowserContext
) -> Iterator[Callable[..., SpellPage]]:
    """Open the Spell tab, of the real page or over tiny correctors; fail as `visit` does."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(
        width: int = 1280, query: str = "?tab=spell", tiny: bool = False, scheme: str = "light"
    ) -> SpellPage:
        app = request.getfixturevalue("tiny_app" if tiny else "app")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        pages.append(page)
        watch(page, app, complaints)
        page.goto(f"{app}/{query}")
        if not query:
            page.get_by_role("tab", name="Spell").click()
        return SpellPage(page)

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def watch(page: Page, app: str, complaints: list[str]) -> None:
    """Write down whatever should not happen on a page."""

    def on_dialog(dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_request(request) -> None:
        if not request.url.startswith((app, "data:", "blob:")):
            complaints.append(f"request to {request.url}")

    def on_console(message) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    page.on("dialog", on_dialog)
    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
