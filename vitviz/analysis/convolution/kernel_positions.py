"""The positions of a kernel along one axis, and so how large the output is (torch.nn.Conv2d's formula)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KernelPositions:
    """A kernel of ``kernel`` taps moving over ``size`` pixels; all numbers are pixels of one axis.

    Raises:
        ValueError: a number is out of range, or the kernel reaches further than the padded pixels.
    """

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        if min(self.size, self.kernel, self.stride, self.dilation) < 1 or self.padding < 0:
            raise ValueError("sizes, strides and dilations are at least 1, paddings at least 0")
        if self.reach > self.padded:
            raise ValueError(f"the kernel reaches over {self.reach} pixels, but there are only {self.padded}")

    @property
    def reach(self) -> int:
        """From the kernel's first tap to its last, both counted: d (K - 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """Pixels with the padding on both sides."""
        return self.size + 2 * self.padding

    @property
    def count(self) -> int:
        """How many positions the kernel takes: the output's size."""
        return (self.padded - self.reach) // self.stride + 1

    @property
    def starts(self) -> tuple[int, ...]:
        """The padded pixel under the first tap, for every output."""
        return tuple(range(0, self.count * self.stride, self.stride))

    @property
    def left_over(self) -> int:
        """Padded pixels behind the last position: too few for one more stride, so never read."""
        return self.padded - ((self.count - 1) * self.stride + self.reach)

    @property
    def reads(self) -> tuple[int, ...]:
        """How often each padded pixel is read."""
        times = [0] * self.padded
        for start in self.starts:
            for tap in range(self.kernel):
                times[start + tap * self.dilation] += 1
        return tuple(times)

    @property
    def read_range(self) -> tuple[int, int]:
        """How often the pixels up to the end of the last position are read: at least, at most."""
        inside = self.reads[: self.padded - self.left_over]
        return min(inside), max(inside)

    @property
    def reads_everything_once(self) -> bool:
        """Whether every padded pixel is read exactly once, as the pixels of patches side by side are."""
        return self.left_over == 0 and self.read_range == (1, 1)
