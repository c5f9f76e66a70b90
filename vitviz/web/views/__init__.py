"""Parts of the app as hosts without it show them: what of a run goes into each, and what is chosen in it."""
