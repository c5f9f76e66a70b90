"""What is refused by name, each with its reason. Imports no torch.

A reason is one sentence and has a code, so that an app can say it in another language; docs/models.md lists them all.
"""

from __future__ import annotations

import re

# Code and sentence; {name} is the model type or architecture that was asked for.
REFUSALS = {
    "refused_parallel": (
        "{name} is not shown here: its blocks run attention and MLP side by side, and what is shown runs one after the"
        " other"
    ),
    "refused_differential": "{name} is not shown here: its attention is the difference of two patterns",
    "refused_hybrid": "{name} is not shown here: a convolutional network makes its tokens, not patches",
    "refused_hiera": "{name} is not shown here: Hiera pools queries between stages, which no picture here can show yet",
    "refused_sam": "{name} is not shown here: SAM's encoder mixes windows with decomposed relative positions",
    "refused_aimv2": "{name} is not shown here: AIMv2 normalises by RMSNorm, which is not built here",
    "refused_rms_norm": "{name} is not shown here: it normalises by RMSNorm, which is not built here",
    "refused_convnext": "{name} is not shown here: ConvNeXt is a convolutional network, it has no attention",
    "refused_convolution": "{name} is not shown here: it is made of convolutions, or mixes them with attention",
    "refused_naflex": (
        "{name} is not shown here: NaFlex models take a list of patches of any grid instead of a picture; take the"
        " variant for one size"
    ),
    "refused_no_norm": "{name} is not shown here: it ends without a layer norm, and all that are shown end with one",
    "refused_sub_norm": "{name} is not shown here: it normalises inside attention or MLP a second time (sub-LN)",
    "refused_radio": "{name} is not shown here: RADIO cuts its positions out of a larger table by a rule of its own",
    "refused_perception_encoder": (
        "{name} is not shown here: the Perception Encoder's rotary positions and pooling are not built here"
    ),
    "refused_grouped_query": "{name} is not shown here: its heads share keys and values (grouped queries)",
    "refused_swin_cr": "{name} is not shown here: timm's Swin v2 CR differs from the authors' Swin v2, which is shown",
    "refused_relative_position": (
        "{name} is not shown here: timm's ViT with relative positions (relpos, srelpos, clsgap) is not built here"
    ),
    "refused_other_transformer": "{name} is not shown here: it is another kind of network than ViT and Swin",
    "refused_text": "{name} is not shown here: it reads text, not pictures",
    "unknown_type": (
        "{name} is no model type that is known here, and a model that is not understood completely is not shown;"
        " docs/models.md lists those that are"
    ),
}

# The first pattern that matches all of an architecture of timm, or a model_type of transformers, refuses it.
REFUSED_NAMES: tuple[tuple[str, str], ...] = (
    (r"aimv2.*", "refused_aimv2"),
    (r"(?:sam2?_)?hiera.*|hieradet.*", "refused_hiera"),
    (r"samvit.*|sam(?:_hq|2|3)?(?:_.*)?", "refused_sam"),
    (r"(?:dinov3_|test_)?convnext.*", "refused_convnext"),
    (r"naflexvit.*|siglip2_naflex.*|siglip2(?:_vision_model)?", "refused_naflex"),
    (r"vit_.*_(?:18x2|xp|pwee)_.*|vit_pwee_.*|vit_dpwee_.*|vit_22b.*|.*_xp_\d+", "refused_parallel"),
    (r"vit_d(?:wee|little)_.*", "refused_differential"),
    (
        r"vit_.*_mci_.*|vit_.*_r_s\d+_.*|vit_.*_(?:r\d+|r\d+_s\d+)_.*|vit_.*_(?:resnet.*|s?mcmlp.*)|vit_.*_r\d+_s\d+.*|vit_hybrid|bit",
        "refused_hybrid",
    ),
    (r"(?:test_)?vit_.*(?:relpos|srelpos|clsgap).*", "refused_relative_position"),
    (r"vit_intern300m.*|internvl.*", "refused_no_norm"),
    (r"beit3_.*", "refused_sub_norm"),
    (r"vit_.*_radio.*|radio.*", "refused_radio"),
    (r"vit_pe_.*", "refused_perception_encoder"),
    (r"vit_.*_sapiens2", "refused_grouped_query"),
    (r"test_vit4", "refused_rms_norm"),
    (r"swinv2_cr_.*", "refused_swin_cr"),
    (
        r"levit.*|convit.*|cvt|pit_.*|mobilevit.*|efficientformer.*|poolformer|van|pvt.*|segformer|coat.*",
        "refused_convolution",
    ),
    (r"resnet.*|regnet.*|efficientnet.*|mobilenet.*|vgg.*|densenet.*|inception.*", "refused_convolution"),
    (
        r"cait.*|crossvit.*|tnt.*|twins.*|xcit.*|volo.*|mvit.*|nest.*|deepseek.*|gemma.*|qwen.*|tiny_vit.*|vitamin.*"
        r"|vivit|vjepa.*|vitdet|vitmatte|vitpose.*|yolos|detr|maskformer|swin2sr|maxvit.*|mixer.*|davit.*|focalnet.*|gcvit.*",
        "refused_other_transformer",
    ),
    (r"(?:clip|siglip|siglip2)_text_model|bert|roberta|gpt2|llama|t5|data2vec-text", "refused_text"),
)


def refusal(name: str) -> str | None:
    """The code of the reason for which ``name`` is refused, or None where it is on no list."""
    return next((code for pattern, code in REFUSED_NAMES if re.fullmatch(pattern, name)), None)
