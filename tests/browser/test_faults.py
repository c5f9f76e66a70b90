"""What a person sees when something broke: a damaged file, a page or callback that fails, a server that was killed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.app_pages import go
from tests.browser.checkpoint_dialog import load, open_dialog, send
from tests.browser.conftest import Visit, settle
from tests.browser.own_server import OwnServer
from tests.zoo.checkpoints import write
from vitviz.app import words

pytestmark = pytest.mark.browser
# One page fails when it is drawn, and on another a fragment and a callback do.
BROKEN = """
import streamlit
from vitviz.app.topics.matmul import page as matmul
from vitviz.app.topics.loss import page as loss
from vitviz.app import routes as own_routes

def fails(*_):
    raise RuntimeError("nobody foresaw this")

def with_broken_pieces():
    streamlit.title("Title")
    streamlit.button("callback", on_click=fails)
    streamlit.write("the rest of the page")
    streamlit.fragment(fails)()

matmul.show = fails
loss.show = with_broken_pieces
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    server = OwnServer(tmp_path_factory.mktemp("broken"), BROKEN)
    server.damage("weights/vit-tiny.safetensors", b"cut off")
    server.damage("pictures/cat.jpg", b"")
    server.start()
    yield server
    server.kill()


def said(key: str, language: str = "en") -> re.Pattern[str]:
    """The sentence ``key`` with anything in its places."""
    pattern = re.escape(words.table()[key][language])
    return re.compile(re.sub(r"\\\{\w+\\\}", "(.+)", pattern))


def fault(page: Page, language: str = "en") -> str:
    """The id under which the page says that the log has its fault."""
    alert = page.get_by_role("alert").filter(has_text=said("fault.page", language))
    expect(alert).to_have_count(1)
    found = said("fault.page", language).search(alert.inner_text())
    assert found is not None
    return found[1]


def box(page: Page, label: str) -> Locator:
    """The sidebar's select box with that label."""
    named = page.locator("label", has_text=re.compile(f"^{label}$"))
    return (
        page.locator("[data-testid=stSidebar] [data-testid=stSelectbox]").filter(has=named).locator("input")
    )


def choose(page: Page, label: str, option: str) -> None:
    box(page, label).click()
    page.get_by_role("option", name=re.compile(option)).first.click()
    settle(page)


def test_damaged_weights_are_named_and_another_model_works(visit: Visit, broken: OwnServer) -> None:
    page = visit(at=broken.address)
    alert = page.locator("[data-testid=stMain]").get_by_role("alert")
    expect(alert).to_contain_text("vit-tiny.safetensors")
    expect(alert).to_contain_text("install vitviz again")
    choose(page, "Model", "Swin, C 48")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".vv-frame").first).to_be_visible()
    choose(page, "Picture", "Cat")
    expect(page.locator("[data-testid=stSidebar]").get_by_role("alert")).to_contain_text("cat.jpg")
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("sunflower.jpg")


def test_a_fault_has_an_id_that_the_log_has_and_the_session_goes_on(visit: Visit, broken: OwnServer) -> None:
    page = visit("matmul", at=broken.address)
    ids = {fault(page)}
    page.locator("[data-testid=stSidebar]").get_by_text(words.LANGUAGES["zh"], exact=True).click()
    settle(page)
    ids.add(fault(page, "zh"))
    go(page, "loss")
    ids.add(fault(page, "zh"))
    expect(page.get_by_text("the rest of the page")).to_be_visible()
    page.get_by_role("button", name="callback").click()
    settle(page)
    ids.add(fault(page, "zh"))
    page.get_by_role("button", name=words.table()["fault.again"]["zh"]).click()
    settle(page)
    expect(page.get_by_text("the rest of the page")).to_be_visible()
    assert len(ids) == 4
    for number in ids:
        after = broken.log.split(f"a page failed, id {number}")[1]
        assert "nobody foresaw this" in after.split("failed, id")[0]
    assert "Uncaught app execution" not in broken.log
    assert page.locator("[data-testid=stException]").count() == 0


def picture_file(name: str) -> dict[str, object]:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, format="PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}


def test_after_a_restart_no_picture_stands_beside_anothers_name(visit: Visit, broken: OwnServer) -> None:
    page = visit("patches", at=broken.address)
    choose(page, "Model", "Swin, C 48")
    page.locator("[data-testid=stFileUploader] input").set_input_files([picture_file("rose_**x**.png")])  # type: ignore[list-item]
    settle(page)
    side = page.locator("[data-testid=stSidebar]")
    expect(side.locator(".vvc b")).to_have_text("rose_**x**.png")
    broken.kill()
    away = page.get_by_role("dialog")  # Streamlit's own, in words of ours, which a style sheet has
    expect(away).to_be_visible()
    expect(away.get_by_text("Is Streamlit still running")).to_be_hidden()
    content = away.locator("h2 + div").evaluate("(div) => getComputedStyle(div, '::before').content")
    assert json.loads(content) == words.table()["lost.away"]["en"]
    broken.start()
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-connection-state", "CONNECTED")
    # What is there is still the old picture's. The page asks again, here for a fragment, and reads that it was lost.
    page.locator(".vv-frame").first.press("ArrowRight")
    notice = page.locator("[data-testid=stMain]").get_by_role("alert")
    expect(notice).to_contain_text("rose_**x**.png")
    settle(page)
    expect(notice).to_contain_text("sunflower.jpg")
    expect(side.locator(".vvc b")).to_have_text("sunflower.jpg")
    expect(side.locator("[data-testid=stFileUploader]")).not_to_contain_text("rose")
    assert "Swin, C 48" in box(page, "Model").input_value()  # what the server still has is as it was
    page.locator("[data-testid=stFileUploader] input").set_input_files([picture_file("rose.png")])  # type: ignore[list-item]
    settle(page)
    expect(notice).to_have_count(0)
    expect(side.locator(".vvc b")).to_have_text("rose.png")
    visit.faults.clear()  # while the server was away, requests failed


def test_after_a_restart_the_page_names_the_checkpoint_that_is_asked_for_again(
    visit: Visit, broken: OwnServer, tmp_path: Path
) -> None:
    weights = write(tmp_path).joinpath("model.safetensors").rename(tmp_path / "my-own.safetensors")
    page = visit("patches", at=broken.address)

    def load_it() -> None:
        open_dialog(page)
        send(page, *sorted(tmp_path.iterdir()))
        load(page)
        expect(page.get_by_role("dialog")).to_have_count(0)
        settle(page)

    load_it()
    assert weights.stem in box(page, "Model").input_value()
    broken.kill()
    broken.start()
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-connection-state", "CONNECTED")
    choose(page, "Picture", "Tulips")
    notice = page.locator(".st-key-session-lost-model").get_by_role("alert")
    expect(notice).to_contain_text(said("lost.model"))
    expect(notice).to_contain_text(weights.stem)
    assert weights.stem not in box(page, "Model").input_value()
    load_it()
    expect(notice).to_have_count(0)
    assert weights.stem in box(page, "Model").input_value()
    visit.faults.clear()  # while the server was away, requests failed
