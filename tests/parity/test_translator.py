"""Our translator against transformers' Marian on random weights: hidden states, attentions, scores, the cache."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from vitviz.models.sequence_config import TranslatorConfig
from vitviz.models.translator import START, Translator
from vitviz.tracing.interventions import Record

transformers = pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

CONFIG = TranslatorConfig(
    vocab_size=31, embed_dim=24, num_heads=3, encoder_depth=2, decoder_depth=3, mlp_dim=40
)
CLOSE = {"atol": 1e-5, "rtol": 0}


def theirs() -> Any:
    config = transformers.MarianConfig(
        vocab_size=CONFIG.vocab_size,
        d_model=CONFIG.embed_dim,
        encoder_layers=CONFIG.encoder_depth,
        decoder_layers=CONFIG.decoder_depth,
        encoder_attention_heads=CONFIG.num_heads,
        decoder_attention_heads=CONFIG.num_heads,
        encoder_ffn_dim=CONFIG.mlp_dim,
        decoder_ffn_dim=CONFIG.mlp_dim,
        max_position_embeddings=CONFIG.max_length,
        activation_function="relu",
        scale_embedding=True,
        pad_token_id=0,
        eos_token_id=2,
        bos_token_id=1,
        decoder_start_token_id=1,
        forced_eos_token_id=None,
        attn_implementation="eager",
    )
    network = transformers.MarianMTModel(config).eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, x in network.named_parameters():
            if "embed_positions" not in name:  # fixed waves, though theirs count them among the parameters
                noise = torch.randn(x.shape, generator=generator)
                norm = "layer_norm" in name and name.endswith("weight")
                x.copy_(1 + 0.2 * noise if norm else noise * (0.1 if x.ndim == 1 else x.shape[1] ** -0.5))
    return network


def renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their weights under our names."""
    ours = {"embedding.weight": weights["model.shared.weight"]}
    for name, x in weights.items():
        if ".layers." not in name:
            continue
        new = name.removeprefix("model.").replace(".layers.", ".")
        new = new.replace("self_attn_layer_norm", "norm1").replace("encoder_attn_layer_norm", "norm2")
        new = (
            new.replace("self_attn.", "attn.")
            .replace("encoder_attn.", "cross_attn.")
            .replace("out_proj", "proj")
        )
        new = new.replace("final_layer_norm", "norm3" if new.startswith("decoder.") else "norm2")
        ours[new.replace(".fc1", ".mlp.fc1").replace(".fc2", ".mlp.fc2")] = x
    return ours


@torch.no_grad()
def test_everything_is_that_of_marian() -> None:
    reference = theirs()
    network = Translator(CONFIG).eval()
    network.load_state_dict(renamed(reference.state_dict()))
    generator = torch.Generator().manual_seed(1)
    source = torch.randint(3, CONFIG.vocab_size, (2, 9), generator=generator)
    source[1, 6:] = 0  # the second sentence is shorter
    target = torch.randint(3, CONFIG.vocab_size, (2, 7), generator=generator)
    target[:, 0] = START
    expected = reference(
        source,
        attention_mask=(source != 0).long(),
        decoder_input_ids=target,
        output_hidden_states=True,
        output_attentions=True,
    )
    record = Record()
    network(source, target, record)
    got = record.tensors
    pairs = {"memory": expected.encoder_last_hidden_state, "logits": expected.logits}
    for i in range(CONFIG.encoder_depth):
        pairs[f"encoder.{i}.resid_pre"] = expected.encoder_hidden_states[i]
        pairs[f"encoder.{i}.pattern"] = expected.encoder_attentions[i]
    for i in range(CONFIG.decoder_depth):
        pairs[f"decoder.{i}.resid_pre"] = expected.decoder_hidden_states[i]
        pairs[f"decoder.{i}.normalized_resid_post"] = expected.decoder_hidden_states[i + 1]
        pairs[f"decoder.{i}.pattern"] = expected.decoder_attentions[i]
        pairs[f"decoder.{i}.cross_attn.pattern"] = expected.cross_attentions[i]
    for name, tensor in pairs.items():
        assert got[name].shape == tensor.shape, name
        torch.testing.assert_close(got[name], tensor, **CLOSE, msg=lambda text, n=name: f"{n}: {text}")
    assert not got["decoder.0.cross_attn.pattern"][1, :, :, 6:].any()
    assert expected.logits.std() > 0.05
    # Written from the cache, token after token, the scores are those of the whole run, and of their own greedy search.
    writing = network.remember(source)
    for t in range(target.shape[1]):
        torch.testing.assert_close(network.write(target[:, t], writing), expected.logits[:, t], **CLOSE)
    found = reference.generate(
        source, attention_mask=(source != 0).long(), max_new_tokens=12, num_beams=1, do_sample=False
    )
    written = network.translate(source, 12)
    assert written.tolist() == found[:, 1 : 1 + written.shape[1]].tolist()
