"""Writes docs/models.md: which families are shown, and what is refused with which sentence.

    python -m vitviz.zoo.models_page > docs/models.md

Imports no torch.
"""

from __future__ import annotations

from vitviz.zoo.families import FAMILIES
from vitviz.zoo.left_out import LEFT_OUT
from vitviz.zoo.refusals import REFUSALS, REFUSED_NAMES

HEAD = """# Models that can be shown

`python -m vitviz.zoo.models_page > docs/models.md` writes this page; a test holds it to the code.

A model is given by a name, a file or a module of one's own code, and it is loaded **understood completely** or
refused with one sentence: every tensor of a file is used or is on the list of what may be left out, and every
choice that weights cannot tell (heads, pooling, activation, epsilon, positions, windows) is read from the
configuration beside them.

```python
import vitviz

vitviz.load_model("vit-tiny")  # trained here, offline
vitviz.load_model("google/vit-base-patch16-224", revision="main")  # from a hub, through huggingface_hub
vitviz.load_model("path/to/folder")  # config.json and the files beside it
vitviz.load_model("weights.safetensors", config="vit_base_patch16_224", preprocessing=Preprocessing(size=224))
vitviz.load_model(module)  # a module of timm or transformers
```

- **Files**: `.safetensors` (also in shards, with their index), `.pth`, `.pt`, `.bin`, `.ckpt` (tensors only, code
  in them never runs), `.npz` of the ViT paper. `config.json` is that of transformers (`model_type`) or of timm
  (`architecture`). A file without one needs `config`: a name of `vitviz.list_models()` or of timm, a path of a
  `config.json`, its table, or a `ViTConfig`.
- **Hub**: `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_OFFLINE` and tokens as `huggingface_hub` has them. Pickles are fetched
  only where there are no safetensors.
- **Module**: the weights are copied, both networks run on the same picture of noise, and `model.check` keeps the
  largest difference; more than 1e-4 of the largest number (3e-2 in half precision) refuses the model.
- **Headless** models show everything but classes. CLIP's projection makes no classes and is left out.
- **A setting that a `config.json` of transformers does not write** has the value that transformers documents for its
  model type, as transformers itself reads it: its own files leave settings out that have these values. Which they are
  stands in `vitviz/zoo/understand/transformers_defaults.py`, and a test holds every one to the configuration classes
  of transformers. A number of heads, a size or an epsilon is never guessed from weights.
- **Swin** cuts its maps as the library does that its configuration is from. transformers pads a map and then rolls it;
  timm rolls it and then pads, so that at sizes that windows do not divide, places from opposite borders of the picture
  meet without a mask. timm decides on each axis alone whether windows shift, Swin v2 of transformers decides once, by
  the rows of the map at the native size. The layer norms in patch embedding and mergings of transformers have an
  epsilon of 1e-5, whatever `layer_norm_eps` says. A map whose windows timm makes not square is refused.
- **Relative position bias** (BEiT) at another size than the native one is interpolated as in transformers.
- **Class names** are those beside the weights. Without any, a tag of timm that ends with `in1k`, `in12k`, `in22k` or
  `in21k` says which list of ImageNet it is, if the weights have as many classes as that list (1,000, 11,821, 21,841,
  21,843), and 21,843 classes of transformers are Google's list. All of these are in the order of WordNet's numbers.
  Any other number of classes stays without names.
- **`.npz` files** come from JAX, whose GELU is the tanh form; they run with the activation of the configuration
  that is given, as in timm (exact GELU).
- **Pixels**: from timm's `pretrained_cfg` they are timm's own, level for level, for crop, squash and border with
  bicubic, bilinear and lanczos. From transformers' `preprocessor_config.json` they differ from its own processors,
  which resize tensors and not pictures: on noise, the hardest picture, by 0.3 of 255 levels in the mean and 17 at
  most, and where a crop leaves an odd number of pixels its corner can lie one pixel beside.
"""


def models_page() -> str:
    """The page as text."""
    lines = [
        HEAD,
        "## Families",
        "",
        "| family | from | transformers | timm |",
        "|---|---|---|---|",
    ]
    for family in FAMILIES:
        cells = (
            family.title,
            family.paper,
            ", ".join(f"`{name}`" for name in family.transformers) or "-",
            ", ".join(f"`{name}`" for name in family.timm) or "-",
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## What is left out of files", ""]
    lines += ["| in files of | tensors | because |", "|---|---|---|"]
    for layout, tensors in LEFT_OUT.items():
        for one in tensors:
            names = ", ".join(f"`{name}`" for name in one.what.split(", "))
            lines.append(f"| {layout} | {names} | {one.reason} |")
    lines += [
        "",
        "Every other tensor is used, or the file is refused. One without a single number, as the registers of a DINOv3",
        "that has none, is nothing.",
        "",
        "## What is refused, and why",
        "",
    ]
    for code, sentence in REFUSALS.items():
        patterns = [pattern for pattern, reason in REFUSED_NAMES if reason == code]
        names = " ".join(f"`{pattern}`" for pattern in patterns).replace("|", "&#124;")
        lines.append(f"- {sentence.replace('{name}', '*name*')}" + (f" ({names})" if names else ""))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(models_page(), end="")
