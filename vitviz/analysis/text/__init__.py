"""What two small language models make of a text: BERT, which sees both sides of a word, and a decoder alone."""
