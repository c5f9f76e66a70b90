"""What a batch leaves is what the traces of its pictures have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

import vitviz
from tests.conftest import randomise
from tests.tracing.conftest import SUBJECTS
from vitviz.analysis.atlas.atlas import Atlas, Header
from vitviz.analysis.atlas.batch import batch_statistics, block_places
from vitviz.analysis.atlas.head_figures import FIGURES, block_figures
from vitviz.analysis.atlas.partial import to_arrays
from vitviz.analysis.layer_norm.large_norms import large_norms
from vitviz.models.build import build
from vitviz.samples import SAMPLES
from vitviz.tracing.pictures import pixels_of
from vitviz.tracing.segments import Network
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace, run_trace
from vitviz.zoo.model import Model


@dataclass(frozen=True)
class Case:
    """A network with noise for weights, and two pictures for it."""

    network: Network
    images: torch.Tensor

    def traces(self) -> list[Trace]:
        return [run_trace(self.network, image) for image in self.images.split(1)]

    def atlas(self) -> Atlas:
        size = self.images.shape[-2], self.images.shape[-1]
        partial = batch_statistics(self.network, self.images, [4, 7], 2)
        blocks = tuple(block_places(self.network, *size))
        names = self.network.config.prefix_names
        header = Header("m", "t", "0" * 64, "p", *size, names, blocks, 2, 0, "test")
        return Atlas(header, partial, tuple(map(str, range(9))))


def case(name: str) -> Case:
    if name in ("vit-tiny", "swin-mini"):
        model = vitviz.load_model(name)
        paths = [SAMPLES[0].path, SAMPLES[3].path]
        return Case(model.network, pixels_of(paths, model.entry.preprocessing))
    config, size = SUBJECTS[name]
    network = build(config).eval()
    randomise(network)
    return Case(network, torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1)))


def z_norms(block: object) -> torch.Tensor:
    """The norm of z at every patch of the map, (H, h*w)."""
    z = block["z"]  # type: ignore[index]
    norms = torch.linalg.vector_norm(z, dim=-1)  # (W, H, K)
    tokens, prefix = block.tokens, block.num_prefix  # type: ignore[attr-defined]
    found = torch.full((norms.shape[1], int(tokens.max()) + 1), -torch.inf)
    for window in range(norms.shape[0]):
        real = tokens[window] >= 0
        found[:, tokens[window][real]] = norms[window][:, real]
    return found[:, prefix:]


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini", *SUBJECTS])
def test_an_atlas_of_two_pictures_says_what_their_traces_say(name: str) -> None:
    of = case(name)
    atlas, traces = of.atlas(), of.traces()
    for number in (0, 1, len(traces[0].blocks) - 1):
        blocks = [trace.blocks[number] for trace in traces]
        place = atlas.header.blocks[number]
        assert (place.name, place.grid, place.heads) == (
            blocks[0].name, blocks[0].map_size, blocks[0].num_heads,
        )  # fmt: skip
        own = [block_figures(block) for block in blocks]
        for head in range(place.heads):
            for figure in FIGURES:
                values = np.array([one[figure][head].item() for one in own])
                found = atlas.figure(number, head, figure)
                expected = (values.mean(), values.std(), values.min(), values.max())
                np.testing.assert_allclose(found, expected, rtol=1e-4, atol=5e-5)
            _heads_as(atlas, number, head, blocks)
        units = torch.stack([
            block["mlp_post"].flatten(0, -2)[block.num_prefix :] for block in blocks
        ])  # fmt: skip
        for unit in (0, 5, place.units - 1):
            most = units[:, :, unit].max(dim=1)
            tops = atlas.unit_top(number, unit)
            assert [top.value for top in tops] == pytest.approx(
                sorted(most.values.tolist(), reverse=True), rel=1e-4, abs=1e-5
            )
            assert {top.picture for top in tops} == {4, 7}
            assert atlas.unit_mean(number, unit) == pytest.approx(units[..., unit].mean().item(), abs=1e-5)
        _norms_as(atlas, number, blocks)


def _heads_as(atlas: Atlas, number: int, head: int, blocks: list) -> None:
    """The patch whose z is longest, and where it looks, of both pictures."""
    for top in atlas.head_top(number, head):
        block = blocks[[4, 7].index(top.picture)]
        norms = z_norms(block)[head]
        assert top.value == pytest.approx(norms.max().item(), rel=1e-4)
        assert norms[top.patch].item() == pytest.approx(norms.max().item(), rel=1e-4)
        token = block.num_prefix + top.patch
        row = block.pattern(head, token)
        if isinstance(block, SwinBlockTrace):
            window, _ = block.place(token)
            keys = block.tokens[window]
        else:
            keys = torch.arange(block.num_tokens)
        on_patches = row.masked_fill(keys < block.num_prefix, -1)
        at = keys.tolist().index(block.num_prefix + top.looks)
        assert row[at].item() == pytest.approx(on_patches.max().item(), rel=1e-4)


def _norms_as(atlas: Atlas, number: int, blocks: list) -> None:
    """Lengths of tokens after the block, and how many are long."""
    norms = [torch.linalg.vector_norm(block["resid_post"].flatten(0, -2), dim=-1).numpy() for block in blocks]
    assert atlas.partial.tokens[number] == sum(map(len, norms))
    assert atlas.partial.large[number] == sum(len(large_norms(one).tokens) for one in norms)
    for share, found in atlas.norm_quantiles(number).items():
        every, step = np.concatenate(norms), 2 ** (1.01 / 32)
        low, high = (np.quantile(every, share, method=method) for method in ("lower", "higher"))
        assert low / step <= found <= high * step


def test_a_model_with_registers_has_their_weight() -> None:
    of = case("ViT with registers, at another size")
    block = of.traces()[0].blocks[0]
    registers = [i for i, name in enumerate(block.prefix_names) if name.startswith("reg")]
    assert len(registers) == 2
    weight = block.pattern()[:, block.num_prefix :, registers].sum(dim=-1).mean(dim=-1)
    torch.testing.assert_close(block_figures(block)["register_weight"].float(), weight)
    partial = of.atlas().partial
    assert (partial.count[:, FIGURES.index("register_weight")] == 2).all()


def test_what_a_model_has_not_is_counted_for_no_picture(quick: Model) -> None:
    side = quick.entry.preprocessing.size
    partial = batch_statistics(quick.network, torch.randn(1, 3, side, side), [0], 2)
    assert (partial.count[:, FIGURES.index("register_weight")] == 0).all()
    atlas = case("ViT").atlas()
    assert all(np.isnan(value) for value in atlas.figure(0, 0, "register_weight"))
    assert sum(atlas.spread(0, 0, "register_weight")) == 0


def test_the_same_batch_gives_the_same_numbers_to_the_last_digit(quick: Model) -> None:
    side = quick.entry.preprocessing.size
    images = torch.randn(3, 3, side, side)
    one, other = (to_arrays(batch_statistics(quick.network, images, [0, 1, 2], 2)) for _ in range(2))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_a_unit_that_is_too_large_is_refused(quick: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    side = quick.entry.preprocessing.size
    monkeypatch.setattr("vitviz.analysis.atlas.batch.LARGEST_MEAN", 1e-9)
    with pytest.raises(ValueError, match="on average"):
        batch_statistics(quick.network, torch.randn(1, 3, side, side), [0], 2)
