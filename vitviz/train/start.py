"""Where training starts from. A good start is worth several epochs, which a CPU does not have.

Two changes to the usual random weights, from arithmetic and the training pictures alone:

- the patch embedding starts as the principal components of the training pictures' patches;
- a ViT's learned positions start as faint sine-cosine ones, so that neighbours begin alike.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from vitviz.models.init import initialize
from vitviz.models.positions import sincos_positions
from vitviz.models.vit import VisionTransformer
from vitviz.train.recipe import Network

PATCHES = 40_000  # looked at for the principal components
POSITION_SCALE = 0.2


def start(network: Network, seed: int, pictures: Tensor | None = None) -> None:
    """Fill the weights in place; with ``pictures``, normalised (N, 3, h, w), better than at random."""
    initialize(network, seed)
    if pictures is None:
        return
    generator = Generator().manual_seed(seed + 1)
    with torch.no_grad():
        weight = network.patch_embed.proj.weight
        weight.copy_(principal_filters(pictures, weight.shape[0], weight.shape[-1], generator))
        if isinstance(network, VisionTransformer) and network.pos_embed is not None:
            config = network.config
            patches = sincos_positions(config.grid, config.embed_dim)  # (1, h*w, D)
            centred = patches - patches.mean(dim=1, keepdim=True)
            network.pos_embed[:, config.num_position_prefix :] = POSITION_SCALE * centred


def principal_filters(pictures: Tensor, channels: int, patch: int, generator: Generator) -> Tensor:
    """The main directions in which patches differ, weak ones made stronger: (channels, 3, patch, patch).

    Where there are fewer directions than channels, they come again with the other sign.
    """
    count = len(pictures)
    per_picture = max(1, min(PATCHES // count, 16))
    height, width = (side - patch + 1 for side in pictures.shape[-2:])
    windows = pictures.unfold(2, patch, 1).unfold(3, patch, 1)  # (N, 3, h', w', P, P), a view
    picture = torch.arange(count).repeat(per_picture)
    down = torch.randint(height, (len(picture),), generator=generator)
    across = torch.randint(width, (len(picture),), generator=generator)
    patches = windows[picture, :, down, across].flatten(1)  # (M, 3*P*P)
    patches = patches - patches.mean(dim=0)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    values, vectors = values.flip(0).clamp(min=1e-6), vectors.flip(1)
    filters = (vectors * values**-0.25).T  # (3*P*P, 3*P*P), strongest first
    filters = torch.cat([filters, -filters])[:channels] if channels > len(filters) else filters[:channels]
    filters = filters / (patches @ filters.T).std()
    return 0.5 * filters.reshape(-1, 3, patch, patch)
