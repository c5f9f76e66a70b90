"""Methods behind the likeness page: what every token is in a block, how alike tokens are, and their main directions."""
