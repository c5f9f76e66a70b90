"""Norms through depth: every token at every layer norm, and what stands out at the end."""
