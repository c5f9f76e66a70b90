"""DETR (Carion et al. 2020, arXiv 2005.12872): a set of boxes from a picture, without anchors and without sorting out.

A ResNet makes a map, an encoder lets its places exchange what they know, and a decoder turns a fixed number of learned
queries into as many boxes, or into "no object". Letters in the shape comments: B pictures, h x w the map, N = h*w its
tokens, Q queries, D channels, H heads, d = D / H, K classes, L decoder layers.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from vitviz.models.cross_attention import CrossAttention
from vitviz.models.layers import LayerNorm, Mlp
from vitviz.models.positions import normalized_sine_positions
from vitviz.models.resnet import ResNet
from vitviz.models.scene_config import DetrConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.probe import Probe, no_probe, scoped


class Detections(NamedTuple):
    """What every decoder layer would answer, the last layer last.

    ``class_logits`` (L, B, Q, K + 1), the last class "no object"; ``boxes`` (L, B, Q, 4), centre x, centre y, width,
    height as shares of the picture.
    """

    class_logits: Tensor
    boxes: Tensor


class EncoderBlock(nn.Module):
    """One layer of the encoder: attention, then MLP, each added and then normalised (post-LN).

    The position is added to queries and keys in every layer, never to the stream (appendix A.3).
    """

    def __init__(self, config: DetrConfig) -> None:
        super().__init__()
        self.attn = CrossAttention(config.embed_dim, config.num_heads)
        self.norm1 = LayerNorm(config.embed_dim, config.norm_eps)
        self.mlp = Mlp(config.embed_dim, config.mlp_dim, "relu")
        self.norm2 = LayerNorm(config.embed_dim, config.norm_eps)

    def forward(self, x: Tensor, pos: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, N, D) -> (B, N, D); ``pos`` is (1, N, D)."""
        x = probe("resid_pre", x)  # (B, N, D)
        q_in = probe("q_in", x + pos)  # (B, N, D), of queries and keys
        y = probe("attn_out", self.attn(q_in, q_in, x, probe))  # (B, N, D)
        x = probe("resid_mid", x + y)  # (B, N, D)
        x = self.norm1(x, scoped(probe, "ln1."))  # (B, N, D)
        y = probe("mlp_out", self.mlp(x, probe))  # (B, N, D)
        x = probe("resid_post", x + y)  # (B, N, D)
        x = self.norm2(x, scoped(probe, "ln2."))  # (B, N, D)
        return probe("normalized_resid_post", x)


class DecoderBlock(nn.Module):
    """One layer of the decoder: the queries look at one another, then at the map, then an MLP (post-LN).

    In the first layer the stream is zero, so all values of its self-attention are equal: it adds one constant vector.
    """

    def __init__(self, config: DetrConfig) -> None:
        super().__init__()
        self.attn = CrossAttention(config.embed_dim, config.num_heads)
        self.norm1 = LayerNorm(config.embed_dim, config.norm_eps)
        self.cross_attn = CrossAttention(config.embed_dim, config.num_heads)
        self.norm2 = LayerNorm(config.embed_dim, config.norm_eps)
        self.mlp = Mlp(config.embed_dim, config.mlp_dim, "relu")
        self.norm3 = LayerNorm(config.embed_dim, config.norm_eps)

    def forward(
        self, x: Tensor, memory: Tensor, pos: Tensor, query: Tensor, probe: Probe = no_probe
    ) -> Tensor:
        """(B, Q, D) -> (B, Q, D); ``memory`` is (B, N, D), ``pos`` (1, N, D), ``query`` (1, Q, D)."""
        x = probe("resid_pre", x)  # (B, Q, D)
        q_in = probe("q_in", x + query)  # (B, Q, D), of queries and keys
        y = probe("attn_out", self.attn(q_in, q_in, x, probe))  # (B, Q, D)
        x = probe("resid_mid", x + y)  # (B, Q, D)
        x = self.norm1(x, scoped(probe, "ln1."))  # (B, Q, D)
        cross = scoped(probe, "cross_attn.")
        q_in = cross("q_in", x + query)  # (B, Q, D)
        k_in = cross("k_in", memory + pos)  # (B, N, D)
        y = probe("cross_attn_out", self.cross_attn(q_in, k_in, memory, cross))  # (B, Q, D)
        x = probe("resid_mid_cross", x + y)  # (B, Q, D)
        x = self.norm2(x, scoped(probe, "ln2."))  # (B, Q, D)
        y = probe("mlp_out", self.mlp(x, probe))  # (B, Q, D)
        x = probe("resid_post", x + y)  # (B, Q, D)
        x = self.norm3(x, scoped(probe, "ln3."))  # (B, Q, D)
        return probe("normalized_resid_post", x)


class BoxHead(nn.Module):
    """Three linear layers with ReLU between them, then a sigmoid: one box for every query (section 3.2)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, dim)
        self.fc2 = nn.Linear(dim, dim)
        self.fc3 = nn.Linear(dim, 4)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, Q, D) -> (B, Q, 4)."""
        x = probe("box_hidden1", self.fc1(x).relu())  # (B, Q, D)
        x = probe("box_hidden2", self.fc2(x).relu())  # (B, Q, D)
        return self.fc3(x).sigmoid()  # (B, Q, 4)


class Detr(SidedNetwork):
    """The whole network. One norm and one pair of heads read every decoder layer's output; training uses them all."""

    def __init__(self, config: DetrConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.embed_dim
        self.backbone = ResNet(config)
        self.input_proj = nn.Conv2d(config.stage_dims[-1], dim, 1)
        self.query_embed = nn.Parameter(torch.zeros(config.num_queries, dim))
        self.encoder = nn.ModuleList(EncoderBlock(config) for _ in range(config.encoder_depth))
        self.decoder = nn.ModuleList(DecoderBlock(config) for _ in range(config.decoder_depth))
        self.norm = LayerNorm(dim, config.norm_eps)
        self.class_head = nn.Linear(dim, config.num_classes + 1)
        self.box_head = BoxHead(dim)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """The layers of encoder and decoder by name, in the order in which they run."""
        encoder = [(f"encoder.{i}", block) for i, block in enumerate(self.encoder)]
        return encoder + [(f"decoder.{i}", block) for i, block in enumerate(self.decoder)]

    def side_names(self, step: str) -> tuple[str, ...]:
        """Positions for all layers; memory and queries for the decoder; every decoder layer's output for the heads."""
        if step.startswith("encoder."):
            return ("pos_embed",)
        if step.startswith("decoder."):
            return ("memory", "pos_embed", "query_embed")
        outputs = range(self.config.decoder_depth) if step == "classify" else ()
        return tuple(f"decoder.{i}.normalized_resid_post" for i in outputs)

    def output_name(self, step: str) -> str:
        """Post-LN: what goes on is the normalised sum."""
        return f"{step}.normalized_resid_post"

    def embed(self, image: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Backbone and projection: (B, 3, height, width) -> (B, N, D)."""
        side = {} if side is None else side
        image = probe("image", image)  # (B, 3, height, width)
        x = self.backbone(image, scoped(probe, "backbone."))  # (B, C, h, w)
        x = self.input_proj(x)  # (B, D, h, w)
        grid = (x.shape[2], x.shape[3])
        pos = normalized_sine_positions(grid, self.config.embed_dim).to(x)  # (1, N, D)
        side["pos_embed"] = probe("pos_embed", pos)
        side["query_embed"] = probe("query_embed", self.query_embed.unsqueeze(0))  # (1, Q, D)
        return probe("input_proj", x.flatten(2).transpose(1, 2))  # (B, N, D)

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one layer. The last one of the encoder leaves its memory, and the decoder starts from zeros."""
        stack, number = name.split(".")
        within = scoped(probe, f"{name}.")
        if stack == "decoder":
            x = self.decoder[int(number)](x, side["memory"], side["pos_embed"], side["query_embed"], within)
            side[f"{name}.normalized_resid_post"] = x  # (B, Q, D)
            return x
        x = self.encoder[int(number)](x, side["pos_embed"], within)  # (B, N, D)
        if int(number) + 1 < len(self.encoder):
            return x
        side["memory"] = probe("memory", x)  # (B, N, D)
        return x.new_zeros(x.shape[0], self.config.num_queries, x.shape[2])  # (B, Q, D)

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Detections:
        """Normalise every decoder layer's output and read classes and boxes of it; the last layer's are the answer."""
        outputs = [x] if side is None else [side[name] for name in self.side_names("classify")]
        logits, boxes = [], []
        for i, output in enumerate(outputs):
            within = scoped(probe, f"outputs.{i}.")
            hs = self.norm(output, scoped(within, "ln_final."))  # (B, Q, D)
            logits.append(within("class_logits", self.class_head(hs)))  # (B, Q, K + 1)
            boxes.append(within("boxes", self.box_head(hs, within)))  # (B, Q, 4)
        logits[-1] = probe("class_logits", logits[-1])
        boxes[-1] = probe("boxes", boxes[-1])
        return Detections(torch.stack(logits), torch.stack(boxes))  # (L, B, Q, K + 1), (L, B, Q, 4)
