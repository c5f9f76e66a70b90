"""Class scores and loss: from the tokens to the scores, their softmax, the loss of a label, and what it sends back."""
