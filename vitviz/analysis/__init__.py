"""Methods of analysis, one a file: arrays in, arrays out."""
