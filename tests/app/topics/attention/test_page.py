"""What the attention page tells its browser part, and what it keeps of what the browser part tells it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import vitviz
from tests.app.page_contents import mounted
from vitviz.analysis.attention.opening import opening
from vitviz.app import session, tokens, tray
from vitviz.app.chosen_picture import of_sample
from vitviz.app.topics.attention import html_file
from vitviz.samples import SAMPLES
from vitviz.zoo.registry import find

Open = Callable[..., AppTest]


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_the_layers_are_the_models(open_page: Open, model: str) -> None:
    data = mounted(open_page("attention", model=model), "attention.explorer")
    trace = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
    assert [layer["name"] for layer in data["layers"]] == [block.name for block in trace.blocks]
    for layer, block in zip(data["layers"], trace.blocks, strict=True):
        windows, heads, tokens, _ = block["q"].shape
        assert layer["heads"] == heads
        cells = layer["rows"] * layer["columns"] + len(layer["prefix"])
        assert cells == windows * tokens
        assert layer["window"] == (block.grid.window if model == "swin-mini" else None)
    assert data["rollout"] == (model == "vit-tiny")


def test_the_address_leads_to_the_payloads_and_stays(open_page: Open) -> None:
    page = open_page("attention", model="vit-tiny")
    url = mounted(page, "attention.explorer")["url"]
    assert url.startswith("api/explorer/")
    token = url.rpartition("/")[2]
    assert len(token) >= 16
    payload = session.payloads.fetch(token, ("layer", 0), lambda source: source.layer(0))
    assert payload is not None
    assert payload.startswith(b"VVA1")
    page.run()
    assert mounted(page, "attention.explorer")["url"] == url
    other = open_page("attention", model="vit-tiny")
    assert mounted(other, "attention.explorer")["url"] != url


def test_another_picture_is_another_revision(open_page: Open) -> None:
    first = mounted(open_page("attention", model="vit-tiny"), "attention.explorer")
    page = open_page("attention", model="vit-tiny", **{"setting.beside.picture": SAMPLES[1].file})
    both = mounted(page, "attention.explorer")
    assert first["second"] is None
    assert both["revision"] == first["revision"]
    assert both["second"]["revision"] != first["revision"]
    assert both["second"]["url"] != both["url"]


def test_another_model_stands_beside_with_the_same_picture(open_page: Open) -> None:
    page = open_page("attention", model="vit-tiny", **{"setting.beside.model": "swin-mini"})
    data = mounted(page, "attention.explorer")
    assert (data["model"], data["second"]["model"]) == ("vit-tiny", "swin-mini")
    assert data["second"]["name"] == data["name"]
    assert [layer["window"] for layer in data["second"]["layers"]] == [7] * 10
    assert any("Beside it: " in caption.value for caption in page.caption)
    page.session_state["model"] = "swin-mini"  # the model beside is now the first one
    page.run()
    assert not page.exception
    assert mounted(page, "attention.explorer")["second"] is None


def test_models_are_called_in_the_persons_language(open_page: Open) -> None:
    page = open_page("attention", model="vit-tiny", language="zh", **{"setting.beside.model": "swin-mini"})
    data = mounted(page, "attention.explorer")
    titles = [data["modelTitle"], data["second"]["modelTitle"]]
    assert titles == ["ViT-Ti/16，20 种日常事物", "Swin，C 48，深度 2-2-4-2，20 种日常事物"]


def test_a_picture_of_ones_own_stands_beside_another_and_may_leave_the_tray(open_page: Open) -> None:
    own = tray.Own("mine.png", of_sample(SAMPLES[1].path), "")
    state = {tray.TRAY: {own.id: own}, "setting.beside.picture": f"{tray.PREFIX}{own.id}"}
    page = open_page("attention", model="vit-tiny", **state)
    data = mounted(page, "attention.explorer")
    assert data["second"]["name"] == "mine.png"
    assert data["second"]["revision"] != data["revision"]
    page.session_state[tray.TRAY] = {}
    page.run()
    assert not page.exception
    assert mounted(page, "attention.explorer")["second"] is None


def test_it_opens_with_the_head_and_patch_that_say_most(open_page: Open) -> None:
    page = open_page("attention", model="vit-tiny")
    found = opening(vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path))
    state = mounted(page, "attention.explorer")["state"]
    assert (state["layer"], state["head"], state["token"]) == (found.block, found.head, found.token)
    (why,) = [text.value for text in page.caption if text.value.startswith("Opens with")]
    assert f"gives them {found.share:.0%} of its weight" in why
    assert f"{len(found.patches)} of them" in why


def test_it_opens_with_what_was_seen_last(open_page: Open) -> None:
    choices = {"setting.block.vit-tiny": 1, "setting.head.vit-tiny": 1, "setting.token.vit-tiny": 5}
    state = mounted(open_page("attention", model="vit-tiny", **choices), "attention.explorer")["state"]
    assert (state["layer"], state["head"], state["token"]) == (1, 1, 5)


def test_a_swin_opens_at_the_place_of_the_token_in_that_layers_map(open_page: Open) -> None:
    rows, columns = tokens.finest(find("swin-mini"))
    corner = (rows - 1) * columns  # the lower left corner of the finest map
    last = {"setting.block.swin-mini": 3, "setting.token.swin-mini": corner}
    data = mounted(open_page("attention", model="swin-mini", **last), "attention.explorer")
    layer = data["layers"][3]
    assert data["state"]["token"] == (layer["rows"] - 1) * layer["columns"]


def test_a_link_is_followed_once_and_checked(open_page: Open) -> None:
    page = AppTest.from_function(_page_with_link, default_timeout=120)
    page.query_params["layer"] = "1"
    page.query_params["head"] = "mean"
    page.query_params["direction"] = "column"
    page.query_params["second"] = "0.1"
    page.query_params["pinned"] = "1"
    page.query_params["model"] = "deit-ti16"
    page.query_params["picture"] = SAMPLES[1].file
    page.run()
    assert not page.exception
    state = mounted(page, "attention.explorer")["state"]
    assert (state["layer"], state["head"], state["direction"], state["pinned"]) == (1, "mean", "column", True)
    assert state["second"] == {"layer": 0, "head": 1}
    assert page.session_state["picture_name"] == SAMPLES[1].file
    assert mounted(page, "attention.explorer")["model"] == "deit-ti16"


@pytest.mark.parametrize(
    ("name", "value"), [("model", "../../etc"), ("picture", "<b>.png"), ("second", "x.y.z")]
)
def test_a_wrong_link_is_no_error(name: str, value: str) -> None:
    page = AppTest.from_function(_page_with_link, default_timeout=120)
    page.query_params[name] = value
    page.query_params["layer"] = "not a number"
    page.run()
    assert not page.exception
    assert mounted(page, "attention.explorer")["model"] == session.DEFAULT_MODEL


def _page_with_link() -> None:
    from vitviz.app import address, session, shell
    from vitviz.app.topics.attention import page as attention

    session.setup()
    address.arrive()
    shell.sidebar()
    attention.show()


@pytest.mark.parametrize("beside", ["", "swin-mini"])
def test_the_explorer_is_saved_as_one_file_of_about_the_size_that_is_said(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    made = []
    make = html_file.file_of
    monkeypatch.setattr(html_file, "file_of", lambda *given: made.append(make(*given)) or made[-1])
    page = open_page("attention", model="vit-tiny", **{"setting.beside.model": beside} if beside else {})
    assert not page.get("download_button")
    # A block that was chosen on another page: this one shows it, and so does the file.
    for name, value in {"block": 1, "head": 1, "token": 5}.items():
        page.session_state[f"setting.{name}.vit-tiny"] = value
    page.button(key="attention.file_make").click().run()
    assert not page.exception
    [file] = made
    [download] = page.get("download_button")
    assert download.proto.label == f"Download, {len(file) / 2**20:.1f} MiB"
    said = next(each.value for each in page.caption if "in one file of about" in each.value)
    assert float(said.split("about ")[1].split()[0]) == pytest.approx(len(file) / 2**20, rel=0.15)
    assert (b'"1/0.bin"' in file) == bool(beside)
    assert b'"layer":1,"head":1,"token":5' in file
    page.run()
    assert len(made) == 1  # kept beside the trace
    assert page.get("download_button")
