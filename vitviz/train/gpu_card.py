"""What the card of a model says that learnt from teachers on a GPU."""

from __future__ import annotations

from typing import Any

RECIPE = """\
Two convolutional teachers (`vitviz/train/teacher.py`, not shipped) learnt from the labels of the training pictures,
from scratch. Then this model learnt, from scratch too, from what they say: this is distillation on the class token
or, in a Swin, the mean of the map, without a distillation token. The target is soft, not the hard label of the DeiT
paper: {teach:.0%} the mean of the teachers' probabilities for the very picture that the model sees, changed and
mixed as it is (Beyer et al., arXiv 2106.05237), and {own:.0%} the true label. Besides, two maps of the model (a third
and five sixths of the way through a ViT; the last two stages of a Swin), each through a linear layer that is thrown
away, are drawn to the teachers' maps at 1/16 and 1/32 of the picture's size (squared distance; locality guidance,
Li et al., arXiv 2207.10026).

A small penalty keeps attention from staring: it is zero as long as the mean over heads of the weight on the
most-looked-at keys is below {sinks:.0%}, the mean entropy above {entropy:.0%} of the most possible and every score
below {score:g} in size (and for each layer alone, {layer:.0%} looser). What it cost or brought in accuracy was not
measured: there was one run.

AdamW without decay on biases, norms, tokens, positions and bias tables; linear warm-up and a cosine to zero, counted
in time; gradient clipping; class-balanced sampling (square root). Random resized crop, mirror, turn, colour, hue, tone
curves, sharpness, erasing, mixup and cutmix for every picture by itself (`gpu_augment.py`). bfloat16 matrix products.
What is shipped is the moving average of the weights at the end of the run; nothing was chosen on the validation
pictures.
"""


def taught(facts: dict[str, Any]) -> str:
    """How the weights came about, as Markdown."""
    run, recipe = facts["run"], facts["recipe"]
    spread = recipe["spread"]
    phases = "\n".join(
        f"| {phase['size']} px, batch {phase['batch']}, teachers at {phase['taught']} px | {steps:,} |"
        for phase, steps in zip(recipe["phases"], run["phase_steps"], strict=True)
    )
    teachers = "\n".join(
        f"| {i} | {teacher['epochs']} | {teacher['minutes']:g} | {teacher['top1']:.1%} |"
        for i, teacher in enumerate(facts["teachers"])
    )
    settings = "\n".join(
        f"| {key} | {value} |" for key, value in recipe.items() if not isinstance(value, dict | list)
    )
    changes = ", ".join(f"{key} {value:.4g}" for key, value in recipe["strong"].items())
    text = RECIPE.format(teach=1 - recipe["own"], own=recipe["own"], **spread)
    return f"""\
`python -m vitviz.train.gpu --data everyday20.npz` on {run["date"]}: {run["steps"]:,} steps in {run["epochs"]} epochs,
{run["minutes"]:g} minutes on {run["device"]} that was shared with the other embedded model, after
{run["teacher_minutes"]:g} minutes for the teachers. The schedule follows the clock, so another run will not give
the same weights to the bit.

| teacher | epochs | minutes, both at once | top-1 on the validation pictures |
|---|---|---|---|
{teachers}

| phase | steps |
|---|---|
{phases}

| setting | value |
|---|---|
{settings}
| changes to pictures | {changes} |

{text}"""
