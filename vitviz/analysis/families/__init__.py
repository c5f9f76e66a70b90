"""Encoder, decoder and both: who looks at whom on the same words, what that costs, and who can stream."""
