"""Methods behind the logit attribution page: arrays or a trace in, arrays out."""
