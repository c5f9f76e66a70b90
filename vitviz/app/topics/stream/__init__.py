"""The residual stream: what every block adds to a token, and how long the token gets by that."""
