"""The page of models says what the code does."""

from __future__ import annotations

from pathlib import Path

import vitviz.zoo
from vitviz.zoo import key_rules
from vitviz.zoo.families import BY_KEY, FAMILIES
from vitviz.zoo.left_out import LEFT_OUT
from vitviz.zoo.models_page import models_page
from vitviz.zoo.refusals import REFUSALS, REFUSED_NAMES, refusal
from vitviz.zoo.understand.transformers_defaults import DEFAULTS

PAGE = Path(vitviz.zoo.__file__).parents[2] / "docs" / "models.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == models_page(), (
        "python -m vitviz.zoo.models_page > docs/models.md"
    )


def test_whatever_is_left_out_is_on_the_page() -> None:
    known = {value for value in vars(key_rules).values() if isinstance(value, key_rules.LeftOut)}
    assert known == {one for tensors in LEFT_OUT.values() for one in tensors}


def test_every_model_type_is_of_a_family() -> None:
    listed = {name for family in FAMILIES for name in family.transformers}
    assert listed == set(DEFAULTS) | {"clip", "siglip"}
    assert len(BY_KEY) == len(FAMILIES)


def test_every_refused_name_has_its_reason() -> None:
    assert {code for _, code in REFUSED_NAMES} <= set(REFUSALS)
    for name, code in (
        ("hiera_base_224", "refused_hiera"),
        ("sam", "refused_sam"),
        ("samvit_base_patch16", "refused_sam"),
        ("aimv2_large_patch14_224", "refused_aimv2"),
        ("convnextv2", "refused_convnext"),
        ("vit_small_patch16_18x2_224", "refused_parallel"),
        ("vit_base_r50_s16_224", "refused_hybrid"),
        ("siglip2_vision_model", "refused_naflex"),
        ("naflexvit_base_patch16_gap", "refused_naflex"),
        ("beit3_base_patch16_224", "refused_sub_norm"),
        ("bert", "refused_text"),
    ):
        assert refusal(name) == code
    for family in FAMILIES:
        assert [refusal(name) for name in family.transformers] == [None] * len(family.transformers)
