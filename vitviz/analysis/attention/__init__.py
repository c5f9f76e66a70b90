"""Methods behind the attention page: arrays or a trace in, arrays out."""
