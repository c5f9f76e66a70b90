"""Our decoder against transformers' GPT-2 on random weights: hidden states, attentions, scores, cache, greedy text."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from vitviz.models.gpt import Gpt, choose
from vitviz.models.masked_attention import KeyValues
from vitviz.models.sequence_config import GptConfig
from vitviz.tracing.interventions import Record

transformers = pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

CONFIG = GptConfig(vocab_size=37, max_length=16, embed_dim=24, num_heads=3, depth=3, mlp_dim=40)
CLOSE = {"atol": 1e-5, "rtol": 0}


def theirs() -> Any:
    config = transformers.GPT2Config(
        vocab_size=CONFIG.vocab_size,
        n_positions=CONFIG.max_length,
        n_embd=CONFIG.embed_dim,
        n_layer=CONFIG.depth,
        n_head=CONFIG.num_heads,
        n_inner=CONFIG.mlp_dim,
        bos_token_id=None,
        eos_token_id=None,
        attn_implementation="eager",
    )
    network = transformers.GPT2LMHeadModel(config).eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, x in network.named_parameters():
            noise = torch.randn(x.shape, generator=generator)
            norm = "ln_" in name and name.endswith("weight")
            x.copy_(1 + 0.2 * noise if norm else noise * (0.1 if x.ndim == 1 else x.shape[0] ** -0.5))
    return network


def renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their weights under our names. Their matrices stand the other way round, and those of q, k and v are one."""
    ours = {
        "word_embed.weight": weights["transformer.wte.weight"],
        "pos_embed": weights["transformer.wpe.weight"],
    }
    for name, x in weights.items():
        new = name.removeprefix("transformer.").replace("h.", "blocks.", 1)
        new = new.replace("ln_1", "norm1").replace("ln_2", "norm2").replace("ln_f", "norm")
        new = new.replace("attn.c_proj", "attn.proj").replace("c_fc", "fc1").replace("mlp.c_proj", "mlp.fc2")
        turned = x.T if x.ndim == 2 else x
        if "c_attn" in new:
            for part, piece in zip("qkv", turned.chunk(3), strict=True):
                ours[new.replace("c_attn", f"{part}_proj")] = piece
        elif ".wte" not in name and ".wpe" not in name and "lm_head" not in name:
            ours[new] = turned
    return ours


@torch.no_grad()
def test_everything_is_that_of_transformers() -> None:
    reference = theirs()
    network = Gpt(CONFIG).eval()
    network.load_state_dict(renamed(reference.state_dict()))
    tokens = torch.randint(0, CONFIG.vocab_size, (2, 9), generator=torch.Generator().manual_seed(1))
    expected = reference(tokens, output_hidden_states=True, output_attentions=True)
    record = Record()
    network(tokens, record)
    got = record.tensors
    pairs = {"logits": expected.logits, "ln_final.out": expected.hidden_states[-1]}
    for i in range(CONFIG.depth):
        pairs[f"blocks.{i}.resid_pre"] = expected.hidden_states[i]
        pairs[f"blocks.{i}.pattern"] = expected.attentions[i]
    for name, tensor in pairs.items():
        assert got[name].shape == tensor.shape, name
        torch.testing.assert_close(got[name], tensor, **CLOSE, msg=lambda text, n=name: f"{n}: {text}")
    assert not got["blocks.1.pattern"].triu(1).any()
    # Piece after piece with the cache, or first some at once: the same scores, the same keys and values.
    for first in (1, 4):
        past = [KeyValues() for _ in network.blocks]
        scores = [network.go_on(tokens[:, :first], past)]
        scores += [network.go_on(tokens[:, t : t + 1], past) for t in range(first, 9)]
        torch.testing.assert_close(torch.stack(scores, dim=1), expected.logits[:, first - 1 :], **CLOSE)
        for kept, theirs_kept in zip(past, expected.past_key_values.layers, strict=True):
            torch.testing.assert_close(kept.all[0], theirs_kept.keys, **CLOSE)
            torch.testing.assert_close(kept.all[1], theirs_kept.values, **CLOSE)
    assert expected.logits.std() > 0.05
    greedy = reference.generate(
        tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=6, do_sample=False
    )
    assert network.write(tokens, 6).tolist() == greedy.tolist()
    with pytest.raises(ValueError, match="positions for 16 pieces, not for 17"):
        network.write(tokens, 9)


def test_a_choice_by_lot_follows_the_scores() -> None:
    scores = torch.tensor([[2.0, 1.0, 0.0, -1.0]]).expand(20_000, -1)
    generator = torch.Generator().manual_seed(0)
    assert set(choose(scores, 0.0).tolist()) == {0}
    for temperature, top in ((1.0, 0), (0.5, 0), (2.0, 2)):
        kept = scores[0, : top or 4]
        drawn = choose(scores, temperature, top, generator)
        shares = torch.bincount(drawn, minlength=4)[: len(kept)] / len(drawn)
        torch.testing.assert_close(shares, (kept / temperature).softmax(dim=0), atol=0.02, rtol=0)
        assert int(drawn.max()) < len(kept)
