"""DETR as transformers has it, with random weights, and everything of a run of it beside that of ours."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.parity.observe import Gaps
from vitviz.models.detr import Detr
from vitviz.models.scene_config import DetrConfig
from vitviz.tracing.interventions import Record

CONFIG = DetrConfig(image_size=(64, 96))


def theirs() -> Any:
    """Their network with our sizes. With ``auxiliary_loss`` it would be another function, so that is off."""
    transformers = pytest.importorskip("transformers")
    backbone = transformers.ResNetConfig(
        embedding_size=CONFIG.stem_dim,
        hidden_sizes=list(CONFIG.stage_dims),
        depths=list(CONFIG.stage_depths),
        layer_type="basic",
        out_features=["stage2"],
    )
    config = transformers.DetrConfig(
        use_timm_backbone=False,
        backbone_config=backbone,
        use_pretrained_backbone=False,
        backbone=None,
        d_model=CONFIG.embed_dim,
        encoder_layers=CONFIG.encoder_depth,
        decoder_layers=CONFIG.decoder_depth,
        encoder_attention_heads=CONFIG.num_heads,
        decoder_attention_heads=CONFIG.num_heads,
        encoder_ffn_dim=CONFIG.mlp_dim,
        decoder_ffn_dim=CONFIG.mlp_dim,
        num_queries=CONFIG.num_queries,
        num_labels=CONFIG.num_classes,
        auxiliary_loss=False,
        attn_implementation="eager",
    )
    network = transformers.DetrForObjectDetection(config).eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, x in [*network.named_parameters(), *network.named_buffers()]:
            if x.is_floating_point() and "position_embedding" not in name.replace("query_position", ""):
                noise = torch.randn(x.shape, generator=generator)
                around_one = "running_var" in name or (x.ndim == 1 and name.endswith("weight"))
                spread = 0.1 if x.ndim == 1 else x[0].numel() ** -0.5
                x.copy_(1 + spread * noise if around_one else spread * noise)
    return network


def renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their weights under our names."""
    ours: dict[str, Tensor] = {}
    for name, x in weights.items():
        new = name.removeprefix("model.").replace("backbone.model.encoder.", "backbone.")
        new = new.replace("backbone.model.embedder.embedder.", "backbone.stem.")
        new = new.replace(".layer.0.", ".first.").replace(".layer.1.", ".second.")
        new = new.replace(".layers.", ".") if new.startswith(("backbone.", "encoder.", "decoder.")) else new
        new = new.replace("convolution.", "conv.").replace("normalization.", "norm.")
        new = new.replace("self_attn_layer_norm", "norm1").replace("encoder_attn_layer_norm", "norm2")
        new = (
            new.replace("self_attn.", "attn.")
            .replace("encoder_attn.", "cross_attn.")
            .replace("o_proj", "proj")
        )
        new = new.replace("final_layer_norm", "norm3" if new.startswith("decoder.") else "norm2")
        new = new.replace("decoder.layernorm", "norm").replace(
            "query_position_embeddings.weight", "query_embed"
        )
        new = new.replace("input_projection", "input_proj").replace("class_labels_classifier", "class_head")
        for i in range(3):
            new = new.replace(f"bbox_predictor.layers.{i}", f"box_head.fc{i + 1}")
        if not name.endswith("num_batches_tracked"):
            ours[new] = x
    return ours


@torch.no_grad()
def pairs() -> dict[str, tuple[Tensor, Tensor]]:
    """Ours and theirs by name: maps, hidden states, attentions, boxes, classes, and what each layer would answer."""
    reference = theirs()
    network = Detr(CONFIG).eval()
    network.load_state_dict(renamed(reference.state_dict()))
    images = torch.randn(2, 3, *CONFIG.image_size, generator=torch.Generator().manual_seed(1))
    stages: list[Tensor] = []
    backbone = reference.model.backbone.model.encoder.stages
    hooks = [stage.register_forward_hook(lambda module, args, out: stages.append(out)) for stage in backbone]
    expected = reference(images, output_hidden_states=True, output_attentions=True)
    for hook in hooks:
        hook.remove()
    record = Record()
    answer = network(images, record)
    got = record.tensors
    found = {
        "backbone.stages.0.1.out": stages[0],
        "backbone.stages.1.1.out": stages[1],
        "memory": expected.encoder_last_hidden_state,
        "class_logits": expected.logits,
        "boxes": expected.pred_boxes,
        f"outputs.{CONFIG.decoder_depth - 1}.ln_final.out": expected.last_hidden_state,
    }
    for i in range(CONFIG.encoder_depth):
        found[f"encoder.{i}.resid_pre"] = expected.encoder_hidden_states[i]
        found[f"encoder.{i}.pattern"] = expected.encoder_attentions[i]
    for i in range(CONFIG.decoder_depth):
        found[f"decoder.{i}.resid_pre"] = expected.decoder_hidden_states[i]
        found[f"decoder.{i}.pattern"] = expected.decoder_attentions[i]
        found[f"decoder.{i}.cross_attn.pattern"] = expected.cross_attentions[i]
    both = {name: (got[name], tensor) for name, tensor in found.items()}
    # What the layers before the last would answer: their heads on their norm, as the auxiliary losses have it.
    for i in range(CONFIG.decoder_depth):
        hs = reference.model.decoder.layernorm(got[f"decoder.{i}.normalized_resid_post"])
        both[f"class_logits of layer {i}"] = answer.class_logits[i], reference.class_labels_classifier(hs)
        both[f"boxes of layer {i}"] = answer.boxes[i], reference.bbox_predictor(hs).sigmoid()
    return both


def gaps_of(both: dict[str, tuple[Tensor, Tensor]], answers: tuple[str, ...]) -> Gaps:
    """The largest differences: of tensors whose name begins like one of ``answers``, of patterns, of all others."""
    worst = {"logits": 0.0, "blocks": 0.0, "patterns": 0.0}
    for name, (ours, others) in both.items():
        kind = "logits" if name.startswith(answers) else "patterns" if name.endswith("pattern") else "blocks"
        worst[kind] = max(worst[kind], float((ours - others).abs().max()))
    return Gaps(**worst)


def gaps() -> Gaps:
    """The largest differences of scores and boxes, of maps and hidden states, of patterns."""
    return gaps_of(pairs(), ("class_logits", "boxes"))
