"""Methods behind the layer norm page: arrays or a trace in, arrays out."""
