"""A person loads a checkpoint of their own: files that transformers wrote, broken ones, and a name on a hub."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import load_file, save_file

from tests.browser.app_pages import go
from tests.browser.checkpoint_dialog import load, open_dialog, send
from tests.browser.conftest import Visit, settle
from tests.torchvision_stub import make_torchvision_importable
from vitviz.app import words

pytestmark = pytest.mark.browser
NAMES = ("<b>markup</b>", "[a link](http://127.0.0.1/)", "plain", "$x^2$", ":smile:")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny ViT with strange class names, written by transformers."""
    make_torchvision_importable()
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=32, patch_size=8,
        id2label=dict(enumerate(NAMES)), label2id={name: i for i, name in enumerate(NAMES)},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("checkpoint")
    ViTForImageClassification(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def model_box(page: Page) -> str:
    return page.get_by_role("combobox", name="Model", exact=True).input_value()


def test_uploaded_weights_are_one_persons_model(visit: Visit, checkpoint: Path) -> None:
    page, other = visit(), visit()
    open_dialog(page)
    send(page, *sorted(checkpoint.iterdir()))
    load(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    for name in NAMES:
        expect(page.locator("[data-testid=stMain]")).to_contain_text(name)
    settle(page)
    assert words.table()["models.group.file"]["en"] in model_box(page)
    assert page.locator("[data-testid=stMain] a[href='http://127.0.0.1/']").count() == 0
    go(page, "attention")
    expect(page.locator("[data-testid=stMain]")).to_contain_text("17 x 17")
    # The other person's list has no such model.
    other.get_by_role("combobox", name="Model", exact=True).click()
    expect(other.get_by_role("option").first).to_be_visible()
    options = other.get_by_role("option").all_inner_texts()
    assert not [option for option in options if words.table()["models.group.file"]["en"] in option]


def test_a_broken_file_is_one_sentence_and_the_session_goes_on(
    visit: Visit, checkpoint: Path, tmp_path: Path
) -> None:
    page = visit()
    before = model_box(page)
    weights = load_file(checkpoint / "model.safetensors")
    weights["vit.encoder.layer.0.output.dense.weight"][0, 0] = float("nan")
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    (tmp_path / "config.json").write_bytes((checkpoint / "config.json").read_bytes())
    open_dialog(page)
    (tmp_path / "preprocessor_config.json").write_bytes(
        (checkpoint / "preprocessor_config.json").read_bytes()
    )
    send(page, *sorted(tmp_path.iterdir()))
    load(page)
    alert = page.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_be_visible()
    assert "NaN" in alert.inner_text()
    assert "Traceback" not in alert.inner_text()
    page.get_by_role("button", name=words.table()["models.back"]["en"]).click()
    whole = (checkpoint / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    send(page, tmp_path / "model.safetensors")
    load(page)
    expect(alert).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    assert model_box(page) == before


def test_a_link_names_a_model_on_a_hub_and_nothing_is_asked_before_the_person_says_so(visit: Visit) -> None:
    page = visit(query="?model=someone/some-vit")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Load", exact=True)).to_be_enabled()
    expect(dialog.locator("input").first).to_have_value("someone/some-vit")
