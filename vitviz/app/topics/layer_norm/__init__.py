"""Layer norm: the numbers of every token at any layer norm of the model, one token through it, and all its depth."""
