"""Methods behind the class scores page: arrays or a trace in, arrays out."""
