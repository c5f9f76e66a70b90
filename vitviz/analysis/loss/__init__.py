"""Methods behind the loss page: arrays or a trace in, arrays out."""
