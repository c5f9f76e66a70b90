"""Preprocessing against formulas written anew here, and against torchvision and timm where they import."""

import importlib
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vitviz.images import (
    CLIP_MEAN,
    CLIP_STD,
    HALF_MEAN,
    HALF_STD,
    Preprocessing,
    crop_box,
    from_array,
    preprocess,
    to_array,
    view,
)

# The package exports a function of the same name, so the module has to be asked for by its full name.
MODULE = importlib.import_module("vitviz.images.preprocess")

FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "nearest": Image.Resampling.NEAREST,
}
SIZES = [(640, 480), (480, 640), (300, 300), (100, 75), (33, 50), (1, 1), (1, 40), (257, 31), (224, 224)]


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """A picture in which every shifted pixel would show."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def imported(name: str) -> Any:
    """The module, or a skip: a torchvision built for another torch raises more than ImportError."""
    try:
        return importlib.import_module(name)
    except Exception as error:
        pytest.skip(f"{name} does not import: {type(error).__name__}")


def reference_crop(image: Image.Image, goal: int, size: int, interpolation: str) -> np.ndarray:
    """Short side to ``goal``, centre crop of ``size``: numpy slices instead of Pillow's crop."""
    width, height = image.size
    if width <= height:
        resized = image.resize((goal, int(goal * height / width)), FILTERS[interpolation])
    else:
        resized = image.resize((int(goal * width / height), goal), FILTERS[interpolation])
    pixels = np.asarray(resized)  # (H', W', 3)
    top = round((pixels.shape[0] - size) / 2.0)
    left = round((pixels.shape[1] - size) / 2.0)
    return pixels[top : top + size, left : left + size]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("interpolation", FILTERS)
@pytest.mark.parametrize(("crop_fraction", "goal"), [(1.0, 64), (0.875, 73), (0.9, 71)])
def test_view_is_resize_and_centre_crop(
    size: tuple[int, int], interpolation: Any, crop_fraction: float, goal: int
) -> None:
    """Pixel for pixel the formula, for every filter and crop fraction."""
    image = noise(*size)
    spec = Preprocessing(64, crop_fraction, interpolation)
    np.testing.assert_array_equal(
        np.asarray(view(image, spec)), reference_crop(image, goal, 64, interpolation)
    )


def test_usual_recipes() -> None:
    """Swin of torchvision resizes to 232, ViT of Google to 248, the old default to 256."""
    image = noise(500, 375)
    for crop_fraction, goal in [(224 / 232, 232), (0.9, 248), (0.875, 256), (1.0, 224)]:
        seen = view(image, Preprocessing(224, crop_fraction))
        np.testing.assert_array_equal(np.asarray(seen), reference_crop(image, goal, 224, "bicubic"))


@pytest.mark.parametrize("spec", [Preprocessing(), Preprocessing(mean=HALF_MEAN, std=HALF_STD)])
def test_array_is_the_formula(spec: Preprocessing) -> None:
    """(x / 255 - mean) / std, channel first, contiguous float32."""
    image = noise(224, 224)
    array = to_array(image, spec)
    assert array.shape == (3, 224, 224)
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    pixels = np.asarray(image).astype(np.float64)
    for channel in range(3):
        expected = (pixels[:, :, channel] / 255 - spec.mean[channel]) / spec.std[channel]
        np.testing.assert_allclose(array[channel], expected, atol=1e-6)


def test_array_is_bit_for_bit_torch() -> None:
    """The float32 steps are those of ToTensor and Normalize."""
    torch = pytest.importorskip("torch")
    spec = Preprocessing(mean=CLIP_MEAN, std=CLIP_STD)
    image = noise(32, 20)
    tensor = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().to(torch.float32).div(255)
    mean = torch.tensor(spec.mean, dtype=torch.float32).view(-1, 1, 1)
    std = torch.tensor(spec.std, dtype=torch.float32).view(-1, 1, 1)
    np.testing.assert_array_equal(to_array(image, spec), tensor.sub_(mean).div_(std).numpy())


@pytest.mark.parametrize("spec", [Preprocessing(), Preprocessing(mean=CLIP_MEAN, std=CLIP_STD)])
def test_from_array_undoes_to_array(spec: Preprocessing) -> None:
    """All 256 levels come back exactly, in every channel."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    restored = from_array(to_array(Image.fromarray(levels), spec), spec)
    assert restored.dtype == np.uint8
    np.testing.assert_array_equal(restored, levels)


def test_from_array_clips_and_refuses() -> None:
    """Too bright is white, too dark black; NaN and other shapes are errors."""
    spec = Preprocessing(1)
    array = np.array([[[np.inf]], [[-np.inf]], [[1e9]]], np.float32)
    np.testing.assert_array_equal(from_array(array, spec), [[[255, 0, 255]]])
    with pytest.raises(ValueError, match="NaN"):
        from_array(np.full((3, 2, 2), np.nan, np.float32), spec)
    with pytest.raises(ValueError, match=r"\(2, 2, 3\)"):
        from_array(np.zeros((2, 2, 3), np.float32), spec)


def test_preprocess_is_view_and_array() -> None:
    """The pair belongs together."""
    image, spec = noise(50, 80), Preprocessing(32, 0.9)
    seen, array = preprocess(image, spec)
    np.testing.assert_array_equal(np.asarray(seen), np.asarray(view(image, spec)))
    np.testing.assert_array_equal(array, to_array(seen, spec))
    np.testing.assert_array_equal(from_array(array, spec), np.asarray(seen))


def test_squash_resizes_both_sides() -> None:
    """The aspect ratio goes, nothing is cut off; with a crop fraction the centre is cut out."""
    image = noise(90, 40)
    seen = view(image, Preprocessing((20, 30), fit="squash"))
    np.testing.assert_array_equal(
        np.asarray(seen), np.asarray(image.resize((30, 20), Image.Resampling.BICUBIC))
    )
    seen = view(image, Preprocessing(20, 0.5, fit="squash"))
    whole = np.asarray(image.resize((40, 40), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(np.asarray(seen), whole[10:30, 10:30])


def test_pad_keeps_everything_and_fills_with_the_mean() -> None:
    """The long side fits; the rest has the mean colour, which is 0 for the model."""
    image = noise(80, 31)
    spec = Preprocessing(40, fit="pad")
    seen = np.asarray(view(image, spec))
    height = round(31 / 2)
    top = (40 - height) // 2
    np.testing.assert_array_equal(
        seen[top : top + height], np.asarray(image.resize((40, height), Image.Resampling.BICUBIC))
    )
    assert (seen[:top] == [124, 116, 104]).all()
    assert (seen[top + height :] == [124, 116, 104]).all()
    assert np.abs(to_array(Image.fromarray(seen), spec)[:, 0]).max() < 0.02


@pytest.mark.parametrize(
    ("size", "edge"), [((40, 39), (slice(-1, None), slice(None))), ((39, 40), (slice(None), -1))]
)
def test_a_single_row_or_column_is_filled_with_the_mean_too(
    size: tuple[int, int], edge: tuple[slice | int, slice]
) -> None:
    spec = Preprocessing(40, fit="pad")
    seen = np.asarray(view(Image.new("RGB", size, (255, 255, 255)), spec))
    fill = [round(255 * level) for level in spec.mean]
    assert (seen[edge] == fill).all()
    assert (seen[:39, :39] == 255).all()


@pytest.mark.parametrize("fit", ["crop", "squash", "pad"])
@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (2, 3), (1, 300_000), (300_000, 1)])
def test_extreme_pictures_give_a_view(fit: Any, size: tuple[int, int]) -> None:
    """Every aspect ratio gives a view of the wanted size that shows the picture's colour."""
    image = Image.new("RGB", size, (200, 100, 50))
    seen = np.asarray(view(image, Preprocessing((48, 64), 0.9, fit=fit)))
    assert seen.shape == (48, 64, 3)
    assert (seen == (200, 100, 50)).all(axis=2).any()
    if fit != "pad":
        assert (seen == (200, 100, 50)).all()


@pytest.mark.parametrize("fit", ["crop", "squash", "pad"])
def test_extreme_pictures_keep_memory_bounded(fit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step of a filter takes more than 250 MB, where the plain way would take gigabytes."""
    work: list[int] = []
    resize = Image.Image.resize

    def watched(self: Image.Image, size: tuple[int, int], *args: Any, **kwargs: Any) -> Image.Image:
        between = size[0] * self.height  # Pillow filters across first, then down
        weights = 8 * max(self.size)  # of 4 bytes
        work.append(4 * max(between, weights, size[0] * size[1]))
        return resize(self, size, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "resize", watched)
    for size in [(1, 2_000_000), (2_000_000, 1), (2, 700_000)]:
        view(Image.new("RGB", size), Preprocessing(224, fit=fit))
    assert len(work) == 3
    assert max(work) < 250e6


@pytest.mark.parametrize("size", [(3, 400), (400, 3), (37, 901), (900, 44)])
@pytest.mark.parametrize("interpolation", FILTERS)
def test_cropping_first_shows_the_same(
    size: tuple[int, int], interpolation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory-saving way differs from the plain one by a rounding step at most."""
    image, spec = noise(*size), Preprocessing(64, 0.9, interpolation)
    plain = np.asarray(view(image, spec)).astype(int)
    monkeypatch.setattr(MODULE, "LARGEST_RESIZE", 0)
    assert np.abs(np.asarray(view(image, spec)).astype(int) - plain).max() <= 1


def test_averaging_first_shows_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shrinking an overlong side before the filter changes a natural (smooth) picture by little."""
    ramp = np.linspace(0, 20, 4000)
    pixels = (127 + 100 * np.sin(ramp)[None, :, None] * np.ones((6, 1, 3))).astype(np.uint8)
    image, spec = Image.fromarray(pixels), Preprocessing(64, fit="squash")
    plain = np.asarray(view(image, spec)).astype(int)
    monkeypatch.setattr(MODULE, "LONGEST_SIDE", 300)
    assert np.abs(np.asarray(view(image, spec)).astype(int) - plain).max() <= 3


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    size=st.one_of(st.integers(1, 60), st.tuples(st.integers(1, 60), st.integers(1, 60))),
    crop_fraction=st.floats(0.3, 1.0),
    fit=st.sampled_from(["crop", "squash", "pad"]),
)
def test_view_has_its_size_and_crop_box_fits(
    width: int, height: int, size: Any, crop_fraction: float, fit: Any
) -> None:
    """For any picture and specification; only 'pad' may reach beyond the picture."""
    spec = Preprocessing(size, crop_fraction, fit=fit)
    seen = view(Image.new("RGB", (width, height)), spec)
    assert (seen.height, seen.width) == spec.height_width
    left, top, right, bottom = crop_box((width, height), spec)
    assert left < right
    assert top < bottom
    if fit != "pad":
        assert left >= 0
        assert top >= 0
        assert right <= width + 1e-6
        assert bottom <= height + 1e-6


def test_crop_box_by_hand() -> None:
    """640 x 480 at 224 of 256: 256/480 is the scale, 341 the resized width."""
    left, top, right, bottom = crop_box((640, 480), Preprocessing(224, 0.875))
    assert top == pytest.approx(16 * 480 / 256)
    assert bottom == pytest.approx(240 * 480 / 256)
    assert left == pytest.approx(round((341 - 224) / 2) * 640 / 341)
    assert right - left == pytest.approx(224 * 640 / 341)
    assert crop_box((640, 480), Preprocessing(224, fit="squash")) == pytest.approx((0, 0, 640, 480))
    assert crop_box((200, 100), Preprocessing(100, fit="pad")) == pytest.approx((0, -50, 200, 150))


def test_crop_box_points_at_what_the_view_shows() -> None:
    """A dot in the picture appears in the view where the box says."""
    image = Image.new("RGB", (300, 200))
    image.paste((255, 255, 255), (180, 60, 186, 66))  # centre (183, 63)
    for spec in [Preprocessing(128, 0.875), Preprocessing((96, 160)), Preprocessing(128, fit="pad")]:
        seen = np.asarray(
            view(image, Preprocessing(spec.size, spec.crop_fraction, mean=(0, 0, 0), fit=spec.fit))
        )
        weight = seen[:, :, 0].astype(float)
        height, width = spec.height_width
        x = (weight.sum(axis=0) * (np.arange(width) + 0.5)).sum() / weight.sum()
        y = (weight.sum(axis=1) * (np.arange(height) + 0.5)).sum() / weight.sum()
        left, top, right, bottom = crop_box(image.size, spec)
        assert left + x * (right - left) / width == pytest.approx(183, abs=0.3)
        assert top + y * (bottom - top) / height == pytest.approx(63, abs=0.3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": (224, 0)},
        {"crop_fraction": 0.0},
        {"crop_fraction": 1.5},
        {"crop_fraction": math.nan},
        {"interpolation": "cubic"},
        {"fit": "stretch"},
        {"std": (0.0, 1.0, 1.0)},
        {"mean": (0.5,)},
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    """A specification that makes no sense cannot be made."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Preprocessing(**wrong)


def test_only_rgb_is_accepted() -> None:
    """Other modes would be normalised wrongly without a sign."""
    with pytest.raises(ValueError, match="mode L"):
        view(Image.new("L", (10, 10)), Preprocessing())


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear", "lanczos"])
def test_bit_for_bit_torchvision(interpolation: Any) -> None:
    """Resize, CenterCrop, ToTensor, Normalize of torchvision."""
    transforms = imported("torchvision.transforms")
    spec = Preprocessing(64, 0.9, interpolation)
    pipeline = transforms.Compose(
        [
            transforms.Resize(71, transforms.InterpolationMode(interpolation)),
            transforms.CenterCrop(64),
            transforms.ToTensor(),
            transforms.Normalize(spec.mean, spec.std),
        ]
    )
    for size in SIZES:
        image = noise(*size)
        np.testing.assert_array_equal(preprocess(image, spec)[1], pipeline(image).numpy())


@pytest.mark.parametrize(("fit", "crop_mode"), [("crop", "center"), ("squash", "squash"), ("pad", "border")])
def test_bit_for_bit_timm(fit: Any, crop_mode: str) -> None:
    """timm's evaluation transform in its three ways to crop."""
    factory = imported("timm.data.transforms_factory")
    for goal, crop_fraction in itertools.product([(64, 64), (48, 80)], [1.0, 0.9]):
        spec = Preprocessing(goal, crop_fraction, fit=fit)
        pipeline = factory.transforms_imagenet_eval(
            goal, crop_fraction, crop_mode, interpolation="bicubic", mean=spec.mean, std=spec.std
        )
        for size in SIZES:
            image = noise(*size)
            np.testing.assert_array_equal(preprocess(image, spec)[1], pipeline(image).numpy())
