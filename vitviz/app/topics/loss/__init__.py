"""The loss of a label with every number, and the gradient that it sends back to the patches."""
