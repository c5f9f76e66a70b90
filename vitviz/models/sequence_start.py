"""Starting weights of the networks that read rows of tokens: narrow ones need larger weights than ``init.py``'s."""

from __future__ import annotations

import torch
from torch import Generator, nn

from vitviz.models.bert import Bert
from vitviz.models.gpt import Gpt
from vitviz.models.positions import sine_positions
from vitviz.models.translator import Translator

SPREAD = 0.02  # of embeddings and matrices of BERT and GPT


def start_sequence_network(network: nn.Module, seed: int) -> None:
    """Fill a network in place, the same weights for the same seed: norms 1, biases 0, the rest as its kind needs it."""
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.ndim == 1:
                parameter.fill_(0.0 if name.endswith("bias") else 1.0)
            elif isinstance(network, Gpt):
                # What is added to the stream begins smaller the more layers there are, as the authors say.
                ends = name.endswith(("attn.proj.weight", "mlp.fc2.weight"))
                parameter.normal_(
                    std=SPREAD / (2 * network.config.depth) ** (0.5 * ends), generator=generator
                )
            elif isinstance(network, Bert):
                start_bert(network, name, parameter, generator)
            elif isinstance(network, Translator) and name == "embedding.weight":
                # Times sqrt(D) they are of spread 1, and as the output's matrix they make scores of spread 1.
                parameter.normal_(std=parameter.shape[1] ** -0.5, generator=generator)
            else:
                nn.init.xavier_uniform_(parameter, generator=generator)


def start_bert(network: Bert, name: str, parameter: nn.Parameter, generator: Generator) -> None:
    """A spread of 0.02 as the authors have it, but positions begin as waves, and heads look at what is near.

    The authors' start rests for some 90,000 rows at what the frequencies of words alone give away, before a first head
    finds out which places are near. Here queries and keys begin equal, so that a place looks at what is like it: itself
    and its neighbours, whose waves are alike.
    """
    parameter.normal_(std=SPREAD, generator=generator)
    if name == "pos_embed":
        waves = sine_positions(*parameter.shape)[0]
        parameter.copy_(2 * SPREAD * 2**0.5 * waves)
    elif name.endswith("q_proj.weight"):
        nn.init.xavier_uniform_(parameter, generator=generator)
    elif name.endswith("k_proj.weight"):
        parameter.copy_(network.get_parameter(name.replace("k_proj", "q_proj")))
