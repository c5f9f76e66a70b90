"""Methods behind the patches page: arrays or a trace in, arrays out."""
