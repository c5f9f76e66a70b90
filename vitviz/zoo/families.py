"""The families of models that are shown, one row each; docs/models.md is made from it. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One row: what it is, where it is from, and by which names its checkpoints are known.

    ``transformers`` are model types of transformers, ``timm`` architectures of timm with ``*`` for what varies.
    ``left_out`` says which tensors of its files nothing here reads.
    """

    key: str
    title: str
    paper: str
    transformers: tuple[str, ...] = ()
    timm: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


FAMILIES = (
    Family(
        "vit",
        "ViT",
        "arXiv 2010.11929",
        ("vit",),
        (
            "vit_*_patch*_*",
            "vit_*_patch*_gap_*",
            "vit_base_patch16_224_miil",
            "flexivit_*",
            "eva_large_patch14_*",
        ),
        ("vit: pooler, where there is no pre-training head", "mask_token"),
    ),
    Family("deit", "DeiT", "arXiv 2012.12877", (), ("deit_*_patch*_*",)),
    Family(
        "deit-distilled",
        "DeiT distilled",
        "arXiv 2012.12877",
        ("deit",),
        ("deit_*_distilled_patch*_*",),
        ("deit: pooler, mask_token",),
    ),
    Family("deit3", "DeiT III", "arXiv 2204.07118", (), ("deit3_*_patch*_*",)),
    Family("mae", "MAE", "arXiv 2111.06377", ("vit_mae",), (), ("decoder, mask_token: training only",)),
    Family("i-jepa", "I-JEPA", "arXiv 2301.08243", ("ijepa",), (), ("pooler",)),
    Family(
        "dinov2",
        "DINOv2, with and without registers",
        "arXiv 2304.07193, 2309.16588",
        ("dinov2", "dinov2_with_registers"),
        ("vit_*_patch14_dinov2", "vit_*_patch14_reg4_dinov2", "vit_*_patch14_reg1_tipsv2"),
        ("mask_token",),
    ),
    Family(
        "vit-registers", "ViT with registers and mean pooling", "arXiv 2309.16588", (), ("vit_*_reg*_gap_*",)
    ),
    Family("vit-rpn", "ViT, norms after the sublayers", "timm", (), ("vit_base_patch16_rpn_224",)),
    Family("dinov3", "DINOv3", "arXiv 2508.10104", ("dinov3_vit",), (), ("mask_token",)),
    Family(
        "clip",
        "CLIP",
        "arXiv 2103.00020",
        ("clip", "clip_vision_model"),
        ("vit_*_clip_*", "vit_*_clip_quickgelu_*"),
        ("the text half", "the projection: it makes no classes", "position_ids"),
    ),
    Family(
        "siglip",
        "SigLIP and SigLIP 2",
        "arXiv 2303.15343, 2502.14786",
        ("siglip", "siglip_vision_model"),
        ("vit_*_siglip_*", "vit_*_siglip_gap_*"),
        ("the text half",),
    ),
    Family("beit", "BEiT, Data2Vec", "arXiv 2106.08254, 2202.03555", ("beit", "data2vec-vision")),
    Family(
        "swin",
        "Swin",
        "arXiv 2103.14030",
        ("swin",),
        ("swin_*_patch4_window*_*", "swin_s3_*_224"),
        ("relative_position_index, attn_mask: computed anew", "mask_token"),
    ),
    Family("swin-v2", "Swin v2", "arXiv 2111.09883", ("swinv2",), ("swinv2_*_window*_*",)),
)
BY_KEY = {family.key: family for family in FAMILIES}
