"""Methods behind the stream page: arrays or a trace in, arrays out."""
