"""How a layout of weights is written down: patterns, the names that they become, and what nothing here reads.

Imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """Tensors that nothing we compute reads: what they are called in their files, and why they are left out.

    ``ours`` is how their names begin here, where they have a place in other configurations.
    """

    what: str
    reason: str
    ours: str = ""


# A pattern, and the name that it becomes. A key is renamed by the first pattern that matches all of it.
Rules = tuple[tuple[str, str | LeftOut], ...]

KIND = r"\.(?P<kind>weight|bias)"
AS_IT_IS = r"\g<0>"
# What several blocks share has these names until ``variant_keys.finish`` gives it to each of them.
SHARED_TABLE, ALL_FREQUENCIES = "shared_bias_table", "rope.freqs"

MASK_TOKEN = LeftOut("mask_token", "stands in for hidden patches, in training only")
WINDOW_BUFFER = LeftOut(
    "relative_position_index, relative_coords_table, attn_mask", "computed anew for every picture"
)
ROTARY_BUFFER = LeftOut("rope.* (not rope.freqs)", "angles are computed anew for every picture")
POSITION_IDS = LeftOut("position_ids", "counts 0, 1, 2 and so on")
DECODER = LeftOut("decoder.*", "makes pictures of what the blocks computed, in training only")
TEXT = LeftOut("text_model.*, text_projection, logit_scale, logit_bias", "belongs to texts")
# What has a place in some configurations and is left out elsewhere.
POOLER = LeftOut("pooler.dense", "no classifier reads it, where there is no pre-training head", "pre_logits.")
_SHARED_SPACE = (
    "maps to what pictures and texts share and makes no classes, where CLIP was not trained on classes"
)
TIMM_PROJECTION = LeftOut("head.*", _SHARED_SPACE, "head.")
PROJECTION = LeftOut("visual_projection", _SHARED_SPACE, "head.")
UNUSED_POOL = LeftOut(
    "head.*", "pools by attention, where a classifier reads the mean of the patches", "attn_pool."
)
