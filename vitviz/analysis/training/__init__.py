"""What can be read off a training run: its norms, one step by the chain rule, and AdamW's arithmetic."""
