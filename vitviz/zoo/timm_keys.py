"""What timm calls weights, and the authors of DINO, DINOv2, DeiT III, EVA and Swin. Imports no torch."""

from __future__ import annotations

from vitviz.zoo.key_rules import (
    ALL_FREQUENCIES,
    AS_IT_IS,
    KIND,
    MASK_TOKEN,
    ROTARY_BUFFER,
    SHARED_TABLE,
    WINDOW_BUFFER,
    Rules,
)

# What ViT's later families have beside a plain one: EVA, BEiT, SigLIP, DINOv3, SwiGLU of the DINOv2 authors.
_VARIANT: Rules = (
    (r"attn_pool\.latent", AS_IT_IS),
    (r"attn_pool\.(?:q|kv|proj|norm|mlp\.fc[12])" + KIND, AS_IT_IS),
    (r"blocks\.\d+\.attn\.(?:q_norm|k_norm|norm)" + KIND, AS_IT_IS),
    (r"blocks\.(\d+)\.attn\.([qkv])_proj" + KIND, r"blocks.\1.attn.\2.\g<kind>"),
    (r"blocks\.(\d+)\.attn\.([qv])_bias", r"blocks.\1.attn.\2.bias"),
    (r"blocks\.\d+\.attn\.relative_position_bias_table", AS_IT_IS),
    (r"rel_pos_bias\.relative_position_bias_table", SHARED_TABLE),
    (r"blocks\.\d+\.mlp\.(?:norm|fc1_g|fc1_x)" + KIND, AS_IT_IS),
    (r"blocks\.(\d+)\.mlp\.w12" + KIND, r"blocks.\1.mlp.fc1.\g<kind>"),
    (r"blocks\.(\d+)\.mlp\.w3" + KIND, r"blocks.\1.mlp.fc2.\g<kind>"),
    # EVA-02 by its authors' names
    (r"blocks\.(\d+)\.attn\.inner_attn_ln" + KIND, r"blocks.\1.attn.norm.\g<kind>"),
    (r"blocks\.(\d+)\.mlp\.ffn_ln" + KIND, r"blocks.\1.mlp.norm.\g<kind>"),
    (r"blocks\.(\d+)\.mlp\.w1" + KIND, r"blocks.\1.mlp.fc1_g.\g<kind>"),
    (r"blocks\.(\d+)\.mlp\.w2" + KIND, r"blocks.\1.mlp.fc1_x.\g<kind>"),
    (r"rope\.freqs", ALL_FREQUENCIES),
    (r"(?:blocks\.\d+\.attn\.)?rope\.(?:freqs_cos|freqs_sin|periods)", ROTARY_BUFFER),
)

TIMM_VIT: Rules = (
    (r"cls_token|dist_token|reg_token|pos_embed", AS_IT_IS),
    (r"register_tokens", "reg_token"),  # the DINOv2 authors' own files
    (r"(?:patch_embed\.proj|norm_pre|norm|head|head_dist)" + KIND, AS_IT_IS),
    (r"fc_norm" + KIND, r"norm.\g<kind>"),
    (r"pre_logits(?:\.fc)?" + KIND, r"pre_logits.\g<kind>"),
    (r"blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])" + KIND, AS_IT_IS),
    (r"blocks\.\d+\.ls[12]\.gamma", AS_IT_IS),
    (r"blocks\.(\d+)\.gamma_([12])", r"blocks.\1.ls\2.gamma"),  # DeiT III's own files
    (r"mask_token", MASK_TOKEN),
    *_VARIANT,
    (r"(?:.+\.)?relative_position_index", WINDOW_BUFFER),
)

SWIN_BUFFERS = r"(?:.+\.)?(?:relative_position_index|relative_coords_table|attn_mask)"
SWIN: Rules = (
    (r"patch_embed\.(?:proj|norm)" + KIND, AS_IT_IS),
    (r"layers\.\d+\.downsample\.(?:norm\.weight|norm\.bias|reduction\.weight)", AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])" + KIND, AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.attn\.relative_position_bias_table", AS_IT_IS),
    (SWIN_BUFFERS, WINDOW_BUFFER),
    (r"norm" + KIND, AS_IT_IS),
    (r"head(?:\.fc)?" + KIND, r"head.\g<kind>"),
)
SWIN_V2: Rules = (
    (r"layers\.\d+\.blocks\.\d+\.attn\.(?:q_bias|v_bias|logit_scale)", AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.attn\.cpb_mlp\.(?:0\.weight|0\.bias|2\.weight)", AS_IT_IS),
)
SWIN_POSITIONS: Rules = ((r"absolute_pos_embed", "pos_embed"),)
