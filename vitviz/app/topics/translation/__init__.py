"""Translation: an encoder-decoder writes Chinese step by step, and its heads lay one language beside the other."""
