"""The logit lens, as a browser part of any host."""
