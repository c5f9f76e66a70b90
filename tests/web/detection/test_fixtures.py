"""What the node tests of the detection page read: boxes, answers and overlaps as Python computes them."""

import torch

from tests.web.fixtures import check
from vitviz.analysis.detection.boxes import corners, overlap
from vitviz.analysis.detection.silence import doubles


def rounded(values: torch.Tensor) -> list[float]:
    """Seven digits of double precision, the same on every machine."""
    return [float(f"{value:.7g}") for value in values.flatten().tolist()]


def test_the_fixture_of_answers_is_current() -> None:
    generator = torch.Generator().manual_seed(4)
    centre = 0.2 + 0.6 * torch.rand(12, 2, generator=generator, dtype=torch.float64)
    centre[6:] = centre[:6] + 0.03
    size = 0.1 + 0.2 * torch.rand(12, 2, generator=generator, dtype=torch.float64)
    size[6:] = size[:6]
    boxes = torch.tensor(rounded(torch.cat([centre, size], dim=1)), dtype=torch.float64).view(12, 4)
    logits = 3 * torch.randn(12, 4, generator=generator, dtype=torch.float64)
    logits[6:9] = logits[:3]
    probabilities = torch.tensor(rounded(logits.softmax(dim=-1)), dtype=torch.float64).view(12, 4)
    found = overlap(corners(boxes), corners(boxes))
    check(
        "detection/answers.json",
        {
            "boxes": rounded(boxes),
            "probabilities": rounded(probabilities),
            "iou": rounded(found.iou),
            "giou": rounded(found.giou),
            "doubles": doubles(probabilities, boxes, sure=0.4),
        },
    )
