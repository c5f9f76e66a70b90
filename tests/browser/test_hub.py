"""Models by name from a hub on loopback, as a person loads them: each way it can end, in the app itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, serve, settle
from tests.zoo.checkpoints import NAMES, theirs, write, write_shards
from tests.zoo.loopback_hub import SECOND, Hub
from tests.zoo.loopback_hub import serve as serve_hub
from vitviz.app import words
from vitviz.app.sentences import sentence
from vitviz.zoo.errors import CheckpointError

pytestmark = pytest.mark.browser
PLAIN, SHARDED, GATED, CUT, WRONG, HALF = (
    f"somebody/{name}" for name in ("plain", "sharded", "gated", "cut", "wrong", "half")
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``huggingface_hub`` keeps what it fetched."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with models that can be had and models that cannot."""
    folder = tmp_path_factory.mktemp("hub")
    with serve_hub() as running:
        plain = running.add(PLAIN, write(folder / "plain"))
        plain.commits[SECOND] = write(folder / "second", {name: x + 1 for name, x in theirs().items()})
        plain.names["v2"] = SECOND
        running.add(SHARDED, write_shards(folder / "sharded"))
        running.add(GATED, write(folder / "gated")).gated = True
        for name in (CUT, WRONG):
            running.add(name, write(folder / name.rpartition("/")[2]))
        running.add(HALF, write_shards(folder / "half"))
        (folder / "half" / "model-00002-of-00002.safetensors").unlink()
        yield running


def environment(hub: Hub, cache: Path, offline: bool) -> dict[str, str]:
    return {
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(cache),
        "HF_HUB_OFFLINE": str(int(offline)),
        "HF_TOKEN": "",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def online(hub: Hub, cache: Path) -> Iterator[str]:
    """The app's address where it asks that hub."""
    with serve(environment=environment(hub, cache, offline=False)) as address:
        yield address


def dialog_of(page: Page, language: str = "en") -> Locator:
    dialog = page.get_by_role("dialog")
    if not dialog.count():
        page.get_by_role("button", name=words.table()["models.open"][language], exact=True).click()
    expect(dialog).to_be_visible()
    return dialog


def ask(page: Page, name: str, revision: str = "", language: str = "en") -> None:
    """Type a name and perhaps a revision, and load."""
    dialog = dialog_of(page, language)
    box, beside = dialog.locator("input").nth(0), dialog.locator("input").nth(1)
    box.fill(name)
    box.press("Enter")
    beside.fill(revision)
    beside.press("Enter")
    settle(page)
    dialog.get_by_role("button", name=words.table()["models.load"][language], exact=True).click()


def loaded(page: Page, name: str) -> None:
    """The dialog closes, and the model is the one that is shown."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value(
        f"{words.table()['models.group.hub']['en']} \u00b7 {name} (ViT)"
    )
    expect(page.locator("[data-testid=stMain]")).to_contain_text(NAMES[0])


def refused(page: Page, language: str, code: str, /, **fields: str) -> None:
    """One sentence; then back to the form."""
    said = sentence(CheckpointError(code, **fields), language).replace("\\", "")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(said)
    page.get_by_role("button", name=words.table()["models.back"][language], exact=True).click()
    settle(page)


def test_models_that_can_be_had(visit: Visit, hub: Hub, online: str) -> None:
    page = visit(at=online)
    ask(page, PLAIN)
    loaded(page, PLAIN)
    ask(page, PLAIN, revision="v2")
    loaded(page, PLAIN)
    assert any(f"resolve/{SECOND}/model.safetensors" in line for line in hub.asked)
    hub.cut_once = "model.safetensors"
    ask(page, CUT)
    loaded(page, CUT)
    assert not hub.cut_once
    ask(page, SHARDED)
    loaded(page, SHARDED)


def test_each_that_cannot_has_its_sentence(visit: Visit, hub: Hub, online: str) -> None:
    page = visit(at=online)
    ask(page, GATED)
    refused(page, "en", "hub_gated", name=GATED)
    ask(page, "nobody/nothing")  # 401, as a hub answers for what is not there or private
    refused(page, "en", "hub_not_found", name="nobody/nothing")
    ask(page, PLAIN, revision="v3")
    refused(page, "en", "hub_no_revision", name=PLAIN, revision="v3")
    hub.wrong_bytes = "model.safetensors"
    ask(page, WRONG)
    refused(page, "en", "hub_wrong_hash", name=WRONG, file="model.safetensors")
    hub.wrong_bytes = ""
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("radio", name=words.LANGUAGES["zh"]).click()
    settle(page)
    ask(page, HALF, language="zh")
    refused(page, "zh", "hub_missing_file", name=HALF, file="model-00002-of-00002.safetensors")


def test_without_a_network_the_group_says_so_before_anything_is_asked(
    visit: Visit, hub: Hub, cache: Path, online: str
) -> None:
    page = visit(at=online)
    ask(page, PLAIN)
    loaded(page, PLAIN)
    asked = len(hub.asked)
    with serve(environment=environment(hub, cache, offline=True)) as offline:
        page = visit(at=offline)
        line = dialog_of(page).get_by_text(words.table()["models.hub.offline"]["en"])
        expect(line).to_be_visible()
        ask(page, GATED)
        refused(page, "en", "hub_offline", name=GATED)
        ask(page, PLAIN)
        loaded(page, PLAIN)
        page.close()
        visit.pages.remove(page)
    assert len(hub.asked) == asked
