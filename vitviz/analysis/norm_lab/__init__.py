"""Methods behind the norm lab page: arrays or a trace in, arrays out."""
