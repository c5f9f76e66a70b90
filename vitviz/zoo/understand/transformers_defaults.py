"""What transformers documents for a setting that a ``config.json`` leaves out, by model type.

Its own files leave settings out that have these values. Imports neither torch nor transformers; a test holds every
value to the configuration classes of transformers.
"""

from __future__ import annotations

from typing import Any

_SIZES: dict[str, Any] = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "image_size": 224,
    "patch_size": 16,
    "num_channels": 3,
    "hidden_act": "gelu",
}
_PLAIN = _SIZES | {"intermediate_size": 3072, "layer_norm_eps": 1e-12, "qkv_bias": True}
_DINO = _SIZES | {"mlp_ratio": 4, "layer_norm_eps": 1e-6, "qkv_bias": True, "use_swiglu_ffn": False}
_SWIN: dict[str, Any] = {
    "image_size": 224,
    "patch_size": 4,
    "num_channels": 3,
    "embed_dim": 96,
    "depths": [2, 2, 6, 2],
    "num_heads": [3, 6, 12, 24],
    "window_size": 7,
    "mlp_ratio": 4.0,
    "qkv_bias": True,
    "hidden_act": "gelu",
    "use_absolute_embeddings": False,
    "layer_norm_eps": 1e-5,
}
_BEIT = _SIZES | {
    "intermediate_size": 3072,
    "layer_norm_eps": 1e-12,
    "use_absolute_position_embeddings": False,
    "use_relative_position_bias": False,
    "use_shared_relative_position_bias": False,
    "layer_scale_init_value": 0.1,
    "use_mean_pooling": True,
}
# What transformers takes for a setting that a file does not write.
DEFAULTS: dict[str, dict[str, Any]] = {
    "vit": _PLAIN,
    "deit": _PLAIN,
    "vit_mae": _PLAIN,
    "ijepa": _PLAIN,
    "dinov2": _DINO | {"patch_size": 14},
    "dinov2_with_registers": _DINO | {"num_register_tokens": 4},
    "dinov3_vit": _SIZES
    | {
        "hidden_size": 384,
        "intermediate_size": 1536,
        "num_attention_heads": 6,
        "layer_norm_eps": 1e-5,
        "rope_theta": 100.0,
        "query_bias": True,
        "key_bias": False,
        "value_bias": True,
        "proj_bias": True,
        "mlp_bias": True,
        "use_gated_mlp": False,
        "num_register_tokens": 0,
    },
    "clip_vision_model": _SIZES
    | {"intermediate_size": 3072, "patch_size": 32, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5},
    "siglip_vision_model": _SIZES
    | {
        "intermediate_size": 3072,
        "hidden_act": "gelu_pytorch_tanh",
        "layer_norm_eps": 1e-6,
        "vision_use_head": True,
    },
    "beit": _BEIT,
    "data2vec-vision": _BEIT,
    "swin": _SWIN,
    "swinv2": _SWIN | {"pretrained_window_sizes": [0, 0, 0, 0]},
}
