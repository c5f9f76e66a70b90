"""All layer norms of a run, as a browser part of any host."""
