"""Text: what BERT and a decoder alone make of words that a person types."""
