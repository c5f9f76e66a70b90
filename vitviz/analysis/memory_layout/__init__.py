"""How a tensor lies in memory."""
