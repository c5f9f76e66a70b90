"""Our BERT and its pieces of words against transformers': random weights, our vocabulary, texts of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from vitviz.models.bert import Bert
from vitviz.models.sequence_config import BertConfig
from vitviz.tracing.interventions import Record
from vitviz.worlds.word_pieces import WordPieces
from vitviz.zoo.sequence_models import find_sequence_model

transformers = pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

CONFIG = BertConfig(vocab_size=37, max_length=16, embed_dim=24, num_heads=3, depth=3, mlp_dim=40)
CLOSE = {"atol": 1e-5, "rtol": 0}
TEXTS = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune",
    "she could not [MASK] what he had said. [SEP] he was [UNK]",
    "Café naïve Ünder ÀÉÎ İstanbul ŒUVRE straße",
    "a\u00a0b\u3000c\td\r\ne\u200bf\x00g\ufffdh\u00adi",
    "中文字 and 한국어 かな 𠀀 mixed中with",
    "don't--stop!!! (really?) $5.00 ^_^ `code` ~~ “quotes” … ‘x’ — ¿qué?",
    "x" * 100 + " " + "y" * 101,
    "antidisestablishmentarianism unacknowledgedness zzzz 2059 £10",
    "",
    "   ",
    "ﬁne ①②③ e\u0301 \u0301 🙂 done",
)


def theirs() -> Any:
    config = transformers.BertConfig(
        vocab_size=CONFIG.vocab_size,
        hidden_size=CONFIG.embed_dim,
        num_hidden_layers=CONFIG.depth,
        num_attention_heads=CONFIG.num_heads,
        intermediate_size=CONFIG.mlp_dim,
        max_position_embeddings=CONFIG.max_length,
        attn_implementation="eager",
    )
    network = transformers.BertForPreTraining(config).eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, x in network.named_parameters():
            noise = torch.randn(x.shape, generator=generator)
            norm = "LayerNorm" in name and name.endswith("weight")
            x.copy_(1 + 0.2 * noise if norm else noise * (0.1 if x.ndim == 1 else x.shape[1] ** -0.5))
    return network


NAMES = {
    "bert.embeddings.word_embeddings.": "word_embed.",
    "bert.embeddings.token_type_embeddings.": "type_embed.",
    "bert.embeddings.position_embeddings.weight": "pos_embed",
    "bert.embeddings.LayerNorm.": "norm_words.",
    "bert.encoder.layer.": "blocks.",
    ".attention.self.query.": ".attn.q_proj.",
    ".attention.self.key.": ".attn.k_proj.",
    ".attention.self.value.": ".attn.v_proj.",
    ".attention.output.dense.": ".attn.proj.",
    ".attention.output.LayerNorm.": ".norm1.",
    ".intermediate.dense.": ".mlp.fc1.",
    ".output.dense.": ".mlp.fc2.",
    ".output.LayerNorm.": ".norm2.",
    "bert.pooler.dense.": "pooler.",
    "cls.predictions.transform.dense.": "mlm_fc.",
    "cls.predictions.transform.LayerNorm.": "norm_mlm.",
    "cls.predictions.bias": "mlm_bias",
    "cls.seq_relationship.": "nsp_head.",
}


def renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their weights under our names; the output's matrix is the table of embeddings, its bias is there twice."""
    ours: dict[str, Tensor] = {}
    for name, x in weights.items():
        new = name
        for their_part, our_part in NAMES.items():
            new = new.replace(their_part, our_part)
        if "decoder" not in new and "position_ids" not in new:
            ours[new] = x
    return ours


@torch.no_grad()
def test_everything_is_that_of_transformers() -> None:
    reference = theirs()
    network = Bert(CONFIG).eval()
    network.load_state_dict(renamed(reference.state_dict()))
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(1, CONFIG.vocab_size, (2, 13), generator=generator)
    tokens[1, 9:] = 0
    segments = (torch.arange(13) > 5).long().repeat(2, 1)
    expected = reference(
        tokens,
        attention_mask=(tokens != 0).long(),
        token_type_ids=segments,
        output_hidden_states=True,
        output_attentions=True,
    )
    record = Record()
    answer = network(tokens, segments, record)
    got = record.tensors
    pairs = {"full_embed": expected.hidden_states[0]}
    for i in range(CONFIG.depth):
        pairs[f"blocks.{i}.normalized_resid_post"] = expected.hidden_states[i + 1]
        pairs[f"blocks.{i}.pattern"] = expected.attentions[i]
    pairs["mlm_logits"], pairs["nsp_logits"] = expected.prediction_logits, expected.seq_relationship_logits
    for name, tensor in pairs.items():
        assert got[name].shape == tensor.shape, name
        torch.testing.assert_close(got[name], tensor, **CLOSE, msg=lambda text, n=name: f"{n}: {text}")
    assert torch.equal(answer.mlm_logits, got["mlm_logits"])
    assert not got["blocks.2.pattern"][1, :, :, 9:].any()
    assert expected.prediction_logits.std() > 0.05


def test_texts_become_the_same_pieces(tmp_path: Path) -> None:
    ours = WordPieces(find_sequence_model("bert-mini").token_names)
    file = tmp_path / "vocab.txt"
    file.write_text("\n".join(ours.vocabulary) + "\n", encoding="utf-8")
    reference = transformers.BertTokenizer(vocab=str(file), do_lower_case=True)
    assert len(reference) == len(ours.vocabulary) == 3000
    for text in TEXTS:
        assert ours.ids(text) == reference(text, add_special_tokens=False)["input_ids"], text
