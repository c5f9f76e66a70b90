"""Methods behind the norms through depth page: arrays or a trace in, arrays out."""
