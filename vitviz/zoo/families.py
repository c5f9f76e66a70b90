"""The families of models that are shown, one row each; docs/models.md is made from it. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One row: what it is, where it is from, and by which names its checkpoints are known.

    ``transformers`` are model types of transformers, ``timm`` architectures of timm with ``*`` for what varies.
    What is left out of their files stands with the names of weights, in ``key_rules``.
    """

    key: str
    title: str
    paper: str
    transformers: tuple[str, ...] = ()
    timm: tuple[str, ...] = ()


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
    ),
    Family("deit", "DeiT", "arXiv 2012.12877", (), ("deit_*_patch*_*",)),
    Family(
        "deit-distilled",
        "DeiT distilled",
        "arXiv 2012.12877",
        ("deit",),
        ("deit_*_distilled_patch*_*",),
    ),
    Family("deit3", "DeiT III", "arXiv 2204.07118", (), ("deit3_*_patch*_*",)),
    Family("mae", "MAE", "arXiv 2111.06377", ("vit_mae",)),
    Family("i-jepa", "I-JEPA", "arXiv 2301.08243", ("ijepa",)),
    Family(
        "dinov2",
        "DINOv2, with and without registers",
        "arXiv 2304.07193, 2309.16588",
        ("dinov2", "dinov2_with_registers"),
        ("vit_*_patch14_dinov2", "vit_*_patch14_reg4_dinov2", "vit_*_patch14_reg1_tipsv2"),
    ),
    Family(
        "vit-registers", "ViT with registers and mean pooling", "arXiv 2309.16588", (), ("vit_*_reg*_gap_*",)
    ),
    Family("vit-rpn", "ViT, norms after the sublayers", "timm", (), ("vit_base_patch16_rpn_224",)),
    Family(
        "dinov3",
        "DINOv3, LingBot-Vision",
        "arXiv 2508.10104, 2607.05247",
        ("dinov3_vit",),
        ("vit_*_patch16_dinov3", "vit_*_patch16_dinov3_qkvb", "vit_*_patch16_lingbot"),
    ),
    Family(
        "vit-rope",
        "RoPE-ViT",
        "arXiv 2403.13298",
        (),
        (
            "vit_*_patch16_rope_224",
            "vit_*_patch16_rope_ape_224",
            "vit_*_patch16_rope_mixed_224",
            "vit_*_patch16_rope_mixed_ape_224",
            "vit_*_patch16_rope_reg*_gap_256",
        ),
    ),
    Family(
        "eva-02",
        "EVA, EVA-02",
        "arXiv 2211.07636, 2303.11331",
        (),
        ("eva02_*_patch*_*", "eva02_*_patch*_clip_*", "eva_giant_patch14_*", "eva_giant_patch14_clip_*"),
    ),
    Family(
        "clip",
        "CLIP",
        "arXiv 2103.00020",
        ("clip", "clip_vision_model"),
        ("vit_*_clip_*", "vit_*_clip_quickgelu_*"),
    ),
    Family(
        "siglip",
        "SigLIP and SigLIP 2",
        "arXiv 2303.15343, 2502.14786",
        ("siglip", "siglip_vision_model"),
        ("vit_*_siglip_*", "vit_*_siglip_gap_*"),
    ),
    Family(
        "beit",
        "BEiT, Data2Vec",
        "arXiv 2106.08254, 2208.06366, 2202.03555",
        ("beit", "data2vec-vision"),
        ("beit_*_patch16_*", "beitv2_*_patch16_224"),
    ),
    Family(
        "swin",
        "Swin",
        "arXiv 2103.14030",
        ("swin",),
        ("swin_*_patch4_window*_*", "swin_s3_*_224"),
    ),
    Family("swin-v2", "Swin v2", "arXiv 2111.09883", ("swinv2",), ("swinv2_*_window*_*",)),
)
BY_KEY = {family.key: family for family in FAMILIES}
