"""Methods behind the overview: a trace in, places out."""
