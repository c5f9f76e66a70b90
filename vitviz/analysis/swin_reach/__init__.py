"""Methods behind the swin reach page: arrays or a trace in, arrays out."""
