"""Swin, the cost: the paper's formulas, what a real run multiplies, the time it takes here, and a small example."""
