"""What the parts about layer norms share, as a browser part of any host."""
