"""Methods behind the convolution page: arrays or a trace in, arrays out."""
