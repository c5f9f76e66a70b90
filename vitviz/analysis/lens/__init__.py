"""Methods behind the lens page: arrays or a trace in, arrays out."""
