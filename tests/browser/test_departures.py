"""A visitor who closes the tab while a text is being written frees the slot.

The page is served from this process, over a model slow enough to be left.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from core.service import Service
from demo.tabs import generate
from demo.ui import build_demo, launch_options
from demo.work import Worker
from tests.browser.generate_page import GeneratePage
from tests.demo.writing import SlowModel, wait_until_free, write_endless
from tests.tiny import characters

STEP = 0.02  # seconds
WRITING = "document.querySelectorAll('#generate-tokens .writing .strip-token').length > 2"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Worker]]]:
    """The address, and the worker that writes."""
    root = tmp_path_factory.mktemp("checkpoints")
    write_endless(root / "tiny", characters())
    service = Service(root=root)
    writer = service.generator("tiny")
    writer.model = SlowModel(writer.model, STEP)
    worker = Worker(service)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "Worker", lambda service: worker)
        demo = build_demo(service)
    _, address, _ = demo.launch(**launch_options(), prevent_thread_lock=True, quiet=True)
    try:
        yield address, worker
    finally:
        demo.close()


@pytest.mark.parametrize("method", ["sample", "beam-sample"])
def test_a_closed_tab_frees_its_slot_within_a_second(page, context: BrowserContext, method) -> None:
    address, worker = page
    visitor = context.new_page()
    visitor.goto(address)
    visitor.get_by_role("tab", name="Generate").click()
    tab = GeneratePage(visitor)
    tab.choose("method", method)
    tab.set(max_tokens=300)
    tab.start("run")
    if method == "sample":
        visitor.wait_for_function(WRITING)
    else:
        tab.wait_for_text("message", "Writing")
    assert worker.streams == 1
    visitor.close()
    assert wait_until_free(worker, 1) < 1
