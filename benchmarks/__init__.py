"""Where the README's figures come from. Run them from the repository's root: ``python -m benchmarks.trace_cost``."""
