"""What the training loop can teach: each task has its data, its loss, its figures and its card."""
