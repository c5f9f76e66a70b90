"""The trace of several pictures that ran together, and the trace of each one of them without a copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from vitviz.once import once
from vitviz.tracing.run import Run
from vitviz.tracing.trace import ClassScore, Trace, part_of_picture, top_classes


@dataclass(frozen=True, eq=False, repr=False)
class TraceBatch(Run):
    """One run of one model on B pictures of one size. Made by ``vitviz.trace`` from a list or a tensor.

    It is a mapping from names to tensors, as the trace of one picture is, with all pictures in front: (B, H, N, d), and
    of the windows of a Swin (B*W, H, M*M, d), picture by picture. ``picture(i)`` is the trace of one of them: what was
    kept is shared with the batch, what is derived is made for that picture alone. Blocks, figures and methods are of
    one picture, so they are asked of ``picture(i)``.

    >>> import vitviz
    >>> batch = vitviz.trace(vitviz.load_model("vit-tiny"), ["picture.jpg", "picture.jpg"])
    >>> batch.logits.shape, batch["blocks.3.q"].shape, batch.stack("resid_post").shape
    (torch.Size([2, 20]), torch.Size([2, 3, 197, 64]), torch.Size([12, 2, 197, 192]))
    >>> batch.picture(1).logits.shape, batch.picture(1).blocks[3].pattern(head=0).shape
    (torch.Size([20]), torch.Size([197, 197]))
    """

    @property
    def logits(self) -> Tensor:
        """Class scores, (B, K).

        Raises:
            ValueError: if the model has no classes.
        """
        return self.class_scores()

    @property
    def probabilities(self) -> Tensor:
        """Softmax of every picture's class scores, (B, K)."""
        return self.logits.softmax(dim=1)

    def top(self, count: int = 5) -> list[list[ClassScore]]:
        """Of every picture the classes with the highest scores, highest first."""
        return [top_classes(self, logits, count) for logits in self.logits]

    def picture(self, number: int) -> Trace:
        """The trace of picture ``number``, counted from 0. It holds the batch's memory and takes none of its own.

        Raises:
            IndexError: if there is no such picture.
        """
        if not 0 <= number < self.num_pictures:
            raise IndexError(f"this is a run of {self.num_pictures} pictures, there is no picture {number}")
        return Trace(
            structure=self.structure,
            kept={name: part_of_picture(name, x, number, self.num_pictures) for name, x in self.kept.items()},
            mentioned=self.mentioned,
            class_names=self.class_names,
            intervention=self.intervention,
            origin=self.origin,
            differentiable=self.differentiable,
            why_no_weights=self.why_no_weights,
            _weights_version=self._weights_version,
            batch=self,
            number=number,
        )

    @once
    def pictures(self) -> tuple[Trace, ...]:
        """The trace of every picture, in order."""
        return tuple(self.picture(number) for number in range(self.num_pictures))

    def __getattr__(self, name: str) -> Any:
        """Say where it is to be found what only the trace of one picture has."""
        if hasattr(Trace, name):
            raise AttributeError(_of_one_picture(self.num_pictures, f"its {name}"))
        raise AttributeError(f"a trace of several pictures has no {name!r}")


def _of_one_picture(pictures: int, what: str) -> str:
    return f"this is a run of {pictures} pictures: ask one of them for {what}, batch.picture(0) or another"
