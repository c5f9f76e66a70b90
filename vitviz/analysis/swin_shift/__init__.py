"""Methods behind the swin shift page: arrays or a trace in, arrays out."""
