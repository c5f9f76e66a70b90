"""Methods behind the MLP page: arrays or a trace in, arrays out."""
