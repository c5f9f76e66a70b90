"""Training: one step on random numbers, a run that a person watches, and one step of it opened."""
