"""A detector's answers against the truth: boxes, matching, loss and average precision."""
