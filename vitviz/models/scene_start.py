"""Starting weights of the networks of the picture book. They are narrow, so they need larger ones than ``init.py``'s.

At width 24 to 96 a spread of 0.02 is a fifth of Xavier's, and costs several times the training.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, nn

from vitviz.models.detr import Detr


def start_scene_network(network: nn.Module, seed: int) -> None:
    """Fill a DETR or a Swin-Unet in place, the same weights for the same seed."""
    if isinstance(network, Detr):
        start_detr(network, seed)
    else:
        start_swin_unet(network, seed)


def start_detr(network: Detr, seed: int) -> None:
    """Fill a DETR in place: Xavier's in encoder and decoder, queries of spread 1, the rest as torch does."""
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
            elif name == "query_embed":
                parameter.normal_(generator=generator)
            elif parameter.ndim == 1:
                parameter.fill_(1.0)
            elif name.startswith(("encoder.", "decoder.")):
                nn.init.xavier_uniform_(parameter, generator=generator)
            else:
                nn.init.kaiming_uniform_(parameter, a=math.sqrt(5), generator=generator)


def start_swin_unet(network: nn.Module, seed: int) -> None:
    """Fill a Swin-Unet in place: Xavier's for all matrices, a spread of 0.02 for bias tables; biases zero."""
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
            elif parameter.ndim == 1:
                parameter.fill_(1.0)
            elif name.endswith("bias_table"):
                nn.init.trunc_normal_(parameter, std=0.02, a=-0.04, b=0.04, generator=generator)
            else:
                nn.init.xavier_uniform_(parameter, generator=generator)
