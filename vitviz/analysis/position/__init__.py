"""Methods behind the position page: arrays or a trace in, arrays out."""
