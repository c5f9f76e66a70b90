"""Several pictures at once: every tensor is what a run of each picture alone makes, and nothing is copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

import vitviz
from tests.conftest import random_picture, randomise
from tests.tracing.conftest import SUBJECTS, make
from vitviz.models.build import build
from vitviz.samples import SAMPLES
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.edits import set_tensor, zero_head
from vitviz.tracing.interventions import Edit
from vitviz.tracing.trace import part_of_picture, run_on, run_trace

CLOSE = {"rtol": 0.0, "atol": 1e-5}
EVERY = pytest.mark.parametrize("name", SUBJECTS)
B = 3


def pictures(name: str) -> Tensor:
    _, size = SUBJECTS[name]
    return torch.cat([random_picture(*size, seed=seed) for seed in range(B)])  # (B, C, H, W)


@EVERY
def test_a_picture_of_a_batch_is_the_picture_alone(name: str) -> None:
    network, images = make(name).network, pictures(name)
    batch = run_on(TraceBatch, network, images, ("ant", "bee"))
    assert batch.logits.shape == (B, 5)
    for number, picture in enumerate(batch.pictures):
        alone = run_trace(network, images[number : number + 1], ("ant", "bee"))
        assert picture.names() == batch.names() == alone.names()
        for tensor in alone:
            torch.testing.assert_close(picture[tensor], alone[tensor], **CLOSE)
        torch.testing.assert_close(picture.logits, batch.logits[number], rtol=0, atol=0)
        assert [score.class_index for score in batch.top(2)[number]] == [
            score.class_index for score in alone.top(2)
        ]
        for mine, own in zip(picture.blocks, alone.blocks, strict=True):
            torch.testing.assert_close(mine.pattern(), own.pattern(), **CLOSE)


@EVERY
def test_a_tensor_of_a_batch_has_the_pictures_in_front(name: str) -> None:
    network, images = make(name).network, pictures(name)
    batch = run_on(TraceBatch, network, images)
    alone = [run_trace(network, images[i : i + 1]) for i in range(B)]
    for tensor in batch:
        for number, own in enumerate(alone):
            part = part_of_picture(tensor, batch[tensor], number, B)
            torch.testing.assert_close(part, own[tensor], **CLOSE)


def test_nothing_is_copied() -> None:
    batch = run_on(TraceBatch, make("ViT").network, pictures("ViT"))
    picture = batch.picture(2)
    for name, tensor in batch.kept.items():
        assert picture.kept[name].untyped_storage().data_ptr() == tensor.untyped_storage().data_ptr()
    assert picture.nbytes == batch.nbytes


@pytest.mark.parametrize("name", ["ViT", "Swin, padded"])
def test_an_edit_that_mixes_pictures_is_seen_by_each(name: str) -> None:
    """The mean over the batch in place of one head's output: no picture could be run again alone with it."""
    network, images = make(name).network, pictures(name)
    place = network.steps()[0][0]
    edit = Edit({f"{place}.attn_out": lambda x: x.mean(dim=0, keepdim=True).expand_as(x)})
    batch = run_on(TraceBatch, network, images, intervention=edit)
    first = batch.picture(0)
    for tensor in (f"{place}.resid_mid", f"{place}.mlp_post", "logits"):
        torch.testing.assert_close(first[tensor], part_of_picture(tensor, batch[tensor], 0, B), **CLOSE)
    assert torch.equal(first[f"{place}.attn_out"], batch.picture(1)[f"{place}.attn_out"])
    with pytest.raises(ValueError, match="trace it alone"):
        first.replay(0)
    with pytest.raises(ValueError, match="trace it alone"):
        first.blocks[0].trace.run_again(first.segments[0], edit)


def test_an_edit_changes_every_picture() -> None:
    network, images = make("ViT").network, pictures("ViT")
    batch = run_on(TraceBatch, network, images, intervention=zero_head(1, 0) + set_tensor("pos_embed", 0.0))
    for number, picture in enumerate(batch.pictures):
        edit = zero_head(1, 0) + set_tensor("pos_embed", 0.0)
        alone = run_trace(network, images[number : number + 1], intervention=edit)
        torch.testing.assert_close(picture.logits, alone.logits, **CLOSE)
        torch.testing.assert_close(picture["blocks.1.mlp_out"], alone["blocks.1.mlp_out"], **CLOSE)
        torch.testing.assert_close(picture["pos_embed"], alone["pos_embed"], **CLOSE)


def test_what_is_of_one_picture_is_asked_of_one() -> None:
    batch = run_on(TraceBatch, make("ViT").network, pictures("ViT"))
    with pytest.raises(
        AttributeError, match=r"run of 3 pictures: ask one of them for its blocks, batch\.picture"
    ):
        batch.blocks  # noqa: B018
    with pytest.raises(AttributeError, match="no 'nothing'"):
        batch.nothing  # noqa: B018
    with pytest.raises(IndexError, match="there is no picture 3"):
        batch.picture(3)
    with pytest.raises(IndexError, match="there is no picture -1"):
        batch.picture(-1)
    assert "3 pictures 32 x 32" in repr(batch)


@EVERY
def test_a_stack_of_blocks(name: str) -> None:
    subject = make(name)
    trace = subject.trace()
    chosen = [0, 1]
    for short in ("resid_post", "q", "pattern", "mlp_post"):
        stacked = trace.stack(short, blocks=chosen)
        for at, block in enumerate(trace.blocks[:2]):
            torch.testing.assert_close(stacked[at], block[short], rtol=0, atol=0)
    with pytest.raises(IndexError, match="there is no block 9"):
        trace.stack("q", blocks=[9])
    with pytest.raises(KeyError, match="makes no tensor called"):
        trace.stack("nothing")
    if trace.swin_blocks:
        with pytest.raises(ValueError, match="choose blocks of one stage"):
            trace.stack("resid_post")


def test_what_a_person_gives() -> None:
    model = vitviz.load_model("vit-test")
    paths: list[str | Path] = [SAMPLES[0].path, str(SAMPLES[1].path)]
    batch = vitviz.trace(model, paths)
    for number, path in enumerate(paths):
        alone = vitviz.trace(model, path)
        assert torch.equal(batch["image"][number], alone["image"][0])
        torch.testing.assert_close(batch.logits[number], alone.logits, **CLOSE)
    tensor = vitviz.trace(model, random_picture(16, 40))
    assert isinstance(tensor, TraceBatch)
    assert tensor.picture(0).patch_grid == (2, 5)


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        ([], "no picture in this list"),
        (
            [SAMPLES[0].path, Path("nothing.jpg")],
            "Picture 1 of the list, counted from 0: There is no such file",
        ),
        (torch.zeros(3, 32, 32), r"shape \(B, C, H, W\).*not \(3, 32, 32\)"),
        (torch.zeros(0, 3, 32, 32), r"shape \(B, C, H, W\)"),
        (torch.zeros(1, 3, 32, 32, dtype=torch.uint8), "already normalised, with real numbers, not uint8"),
        (torch.zeros(1, 4, 32, 32), r"takes 3 channels, shape \(B, 3, H, W\), not \(1, 4, 32, 32\)"),
        (torch.zeros(1, 3, 33, 32), "multiples of 8"),
    ],
)
def test_what_cannot_be_run_is_refused(images: list[Path] | Tensor, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        vitviz.trace(vitviz.load_model("vit-test"), images)


def test_every_tensor_without_pictures_is_known() -> None:
    """A batch of as many pictures as there are windows, where the shapes alone would not tell them apart."""
    config, _ = SUBJECTS["Swin"]
    network = build(replace(config, image_size=(32, 32))).eval()
    randomise(network)
    images = torch.cat([random_picture(32, 32, seed=seed) for seed in range(4)])
    batch = run_on(TraceBatch, network.requires_grad_(False), images)
    alone = run_trace(network, images[3:])
    for name in alone:
        torch.testing.assert_close(batch.picture(3)[name], alone[name], **CLOSE)
