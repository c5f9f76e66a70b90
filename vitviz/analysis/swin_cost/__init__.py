"""Methods behind the swin cost page: arrays or a trace in, arrays out."""
