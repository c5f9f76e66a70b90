"""Layer norm: the numbers of every token at any layer norm of the model, and one token through it."""
