"""The rows that the parity table and its tests go through."""

from __future__ import annotations

from dataclasses import replace

from tests.parity.rows import (
    CLASS_TOKEN,
    EMBEDS,
    HF,
    HF14,
    LOGITS,
    MEAN,
    POOLED,
    SIZES14,
    SIZES16,
    TIMM,
    TIMM14,
    UNHIDDEN,
    Row,
    hf_row,
    timm_row,
)
from vitviz.models.config import Rotary, ViTConfig

NATIVE = SIZES16[:1]
NATIVE14 = SIZES14[:1]


def headless(config: ViTConfig) -> ViTConfig:
    """The same without classes."""
    return replace(config, num_classes=0)


GAP = replace(TIMM, class_token=False, pool="avg", norm_after_pool=True)
CLIP = replace(TIMM, norm_eps=1e-5, norm_before_blocks=True, patch_bias=False)
SIGLIP = replace(TIMM, class_token=False, pool="map", num_classes=0)
DINOV2 = headless(replace(TIMM14, layer_scale=True))
GIANT = replace(DINOV2, mlp_kind="swiglu", mlp_hidden=256)

PLAIN = (
    timm_row("vit", "vit_base_patch16_224", TIMM),
    timm_row("vit", "vit_base_patch16_224", headless(TIMM), note="no head"),
    timm_row(
        "vit", "vit_base_patch16_224", replace(TIMM, norm_after_pool=True), note="fc_norm", fc_norm=True
    ),
    *(
        timm_row("vit", "vit_base_patch16_224", config, note=note, **arguments)
        for note, config, arguments in (
            ("avg", replace(TIMM, pool="avg", norm_after_pool=True), {"global_pool": "avg"}),
            (
                "max, norm first",
                replace(TIMM, pool="max"),
                {"global_pool": "max", "fc_norm": False},
            ),
            (
                "avgmax of all tokens",
                replace(TIMM, pool="avgmax", norm_after_pool=True, pool_prefix=True),
                {"global_pool": "avgmax", "pool_include_prefix": True},
            ),
        )
    ),
    hf_row("vit", "ViTForImageClassification", "ViTConfig", HF, LOGITS),
    hf_row("vit", "ViTModel", "ViTConfig", headless(HF), CLASS_TOKEN, note="no head"),
    timm_row(
        "vit-registers",
        "vit_base_patch16_reg4_gap_256",
        replace(GAP, num_registers=4, position_prefix=0),
    ),
    timm_row("deit", "deit_base_patch16_224", TIMM),
    hf_row(
        "deit",
        "DeiTForImageClassification",
        "DeiTConfig",
        replace(HF, distillation_token=True, distillation_head=False),
        LOGITS,
    ),
    timm_row("deit-distilled", "deit_base_distilled_patch16_224", replace(TIMM, distillation_token=True)),
    hf_row(
        "deit-distilled",
        "DeiTForImageClassificationWithTeacher",
        "DeiTConfig",
        replace(HF, distillation_token=True),
        LOGITS,
    ),
    timm_row("deit3", "deit3_base_patch16_224", replace(TIMM, layer_scale=True, position_prefix=0)),
    hf_row("mae", "ViTMAEModel", "ViTMAEConfig", headless(HF), UNHIDDEN, mask_ratio=0.0),
    hf_row(
        "i-jepa",
        "IJepaForImageClassification",
        "IJepaConfig",
        replace(HF, class_token=False, pool="avg"),
        LOGITS,
    ),
    hf_row("i-jepa", "IJepaModel", "IJepaConfig", headless(replace(HF, class_token=False, pool="avg")), MEAN),
)

DINO = (
    timm_row("dinov2", "vit_base_patch14_dinov2", DINOV2, SIZES14),
    timm_row(
        "dinov2",
        "vit_base_patch14_reg4_dinov2",
        replace(DINOV2, num_registers=4, position_prefix=0),
        SIZES14,
    ),
    timm_row("dinov2", "vit_giant_patch14_dinov2", GIANT, SIZES14),
    hf_row(
        "dinov2",
        "Dinov2ForImageClassification",
        "Dinov2Config",
        replace(HF14, layer_scale=True, pool="token_avg"),
        LOGITS,
        SIZES14,
    ),
    hf_row(
        "dinov2", "Dinov2Model", "Dinov2Config", headless(replace(HF14, layer_scale=True)), POOLED, SIZES14
    ),
    hf_row(
        "dinov2",
        "Dinov2Model",
        "Dinov2Config",
        headless(replace(HF14, layer_scale=True, mlp_kind="swiglu", mlp_hidden=256)),
        POOLED,
        SIZES14,
        note="SwiGLU",
        use_swiglu_ffn=True,
    ),
    *(
        hf_row(
            "dinov2",
            f"Dinov2WithRegisters{kind}",
            "Dinov2WithRegistersConfig",
            replace(
                HF14,
                layer_scale=True,
                num_registers=4,
                position_prefix=1,
                position_antialias=True,
                **changes,
            ),
            run,
            SIZES14,
            num_register_tokens=4,
        )
        for kind, changes, run in (
            ("ForImageClassification", {"pool": "token_avg"}, LOGITS),
            ("Model", {"num_classes": 0}, POOLED),
        )
    ),
)

POOLING = (
    timm_row(
        "vit-rpn",
        "vit_base_patch16_rpn_224",
        replace(GAP, qkv_bias=False, norm_place="after"),
        sharper=1.8,
    ),
    timm_row("vit", "vit_base_patch16_224", replace(TIMM, qk_norm=True), note="q/k norm", qk_norm=True),
    timm_row(
        "vit",
        "vit_base_patch16_224",
        replace(TIMM, attn_norm=True, mlp_norm=True),
        note="norms inside the sublayers",
        scale_attn_norm=True,
        scale_mlp_norm=True,
    ),
    timm_row("clip", "vit_base_patch16_clip_224", CLIP),
    timm_row("clip", "vit_base_patch16_clip_quickgelu_224", replace(CLIP, activation="quick_gelu")),
    hf_row(
        "clip",
        "CLIPVisionModelWithProjection",
        "CLIPVisionConfig",
        replace(CLIP, position_antialias=False, head_bias=False, activation="quick_gelu"),
        EMBEDS,
        projection_dim=20,
    ),
    hf_row(
        "clip",
        "CLIPVisionModel",
        "CLIPVisionConfig",
        headless(replace(CLIP, position_antialias=False, activation="quick_gelu")),
        POOLED,
    ),
    timm_row("siglip", "vit_base_patch16_siglip_224", SIGLIP),
    timm_row("siglip", "vit_base_patch16_siglip_gap_224", replace(SIGLIP, pool="avg")),
    hf_row(
        "siglip",
        "SiglipVisionModel",
        "SiglipVisionConfig",
        replace(SIGLIP, position_antialias=False, activation="gelu_tanh"),
        POOLED,
    ),
)

DINOV3 = replace(
    TIMM,
    num_classes=0,
    num_registers=4,
    position="none",
    norm_eps=1e-5,
    layer_scale=True,
    qkv_bias=False,
    rotary=Rotary("centred", 100.0, "halves"),
)
ROPE = replace(TIMM, layer_scale=True, position="none")
AXIAL = Rotary("axial", 100.0, "neighbours", columns_first=True)
MIXED = Rotary("mixed", 10.0, "neighbours", columns_first=True)
EVA02 = replace(
    TIMM14,
    pool="avg",
    norm_after_pool=True,
    mlp_kind="swiglu",
    mlp_hidden=256,
    rotary=Rotary("axial", 10_000.0, "neighbours", reference_grid=(16, 16)),
)

ROTARY = (
    timm_row("dinov3", "vit_small_patch16_dinov3", replace(DINOV3, pool="avg")),
    timm_row("dinov3", "vit_small_patch16_dinov3", DINOV3, note="token", global_pool="token"),
    timm_row(
        "dinov3",
        "vit_small_plus_patch16_dinov3",
        replace(DINOV3, pool="avg", mlp_kind="swiglu"),
    ),
    hf_row(
        "dinov3",
        "DINOv3ViTModel",
        "DINOv3ViTConfig",
        replace(DINOV3, qkv_bias=True),
        POOLED,
        num_register_tokens=4,
    ),
    hf_row(
        "dinov3",
        "DINOv3ViTModel",
        "DINOv3ViTConfig",
        replace(DINOV3, qkv_bias=True, mlp_kind="swiglu"),
        POOLED,
        note="SwiGLU",
        num_register_tokens=4,
        use_gated_mlp=True,
        hidden_act="silu",
    ),
    timm_row("vit-rope", "vit_small_patch16_rope_224", replace(ROPE, rotary=AXIAL)),
    timm_row("vit-rope", "vit_small_patch16_rope_mixed_224", replace(ROPE, rotary=MIXED)),
    timm_row(
        "vit-rope",
        "vit_small_patch16_rope_ape_224",
        replace(ROPE, position="learned", position_prefix=0, rotary=AXIAL),
    ),
    timm_row(
        "vit-rope",
        "vit_base_patch16_rope_reg1_gap_256",
        replace(
            ROPE,
            class_token=False,
            num_registers=1,
            pool="avg",
            norm_after_pool=True,
            rotary=Rotary("axial", 10_000.0, "neighbours", reference_grid=(16, 16)),
        ),
    ),
    timm_row(
        "eva-02",
        "eva_giant_patch14_224",
        replace(TIMM14, pool="avg", norm_after_pool=True, mlp_hidden=418),
        SIZES14,
    ),
    timm_row(
        "eva-02",
        "eva02_enormous_patch14_clip_224",
        replace(TIMM14, norm_place="after", mlp_hidden=822),
        SIZES14,
    ),
    timm_row("eva-02", "eva02_tiny_patch14_224", EVA02, SIZES14),
    timm_row("eva-02", "eva02_base_patch14_224", replace(EVA02, mlp_norm=True), SIZES14),
    timm_row(
        "eva-02",
        "eva02_base_patch16_clip_224",
        replace(EVA02, patch_size=16, pool="token", norm_after_pool=False, mlp_norm=True, attn_norm=True),
    ),
)

BEIT = replace(
    TIMM,
    position="none",
    layer_scale=True,
    relative_bias=True,
    pool="avg",
    norm_after_pool=True,
)
RELATIVE = (
    timm_row("beit", "beit_base_patch16_224", BEIT, NATIVE),
    timm_row("beit", "beitv2_base_patch16_224", BEIT, NATIVE),
    *(
        hf_row(
            "beit",
            f"{name}ForImageClassification",
            f"{name}Config",
            replace(BEIT, position_antialias=False, **changes),
            LOGITS,
            note=note,
            layer_scale_init_value=0.1,
            use_relative_position_bias="own" in note,
            use_shared_relative_position_bias="shared" in note,
            use_absolute_position_embeddings="learned" in note,
            use_mean_pooling="class token" not in note,
        )
        for name in ("Beit", "Data2VecVision")
        for note, changes in (
            ("own tables", {}),
            ("shared table", {}),
            ("own and shared tables, learned positions", {"position": "learned"}),
            ("own tables, class token", {"pool": "token", "norm_after_pool": False}),
        )
    ),
)

ROWS: tuple[Row, ...] = (*PLAIN, *DINO, *POOLING, *ROTARY, *RELATIVE)
