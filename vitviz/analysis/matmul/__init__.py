"""Methods behind the matmul page: arrays or a trace in, arrays out."""
