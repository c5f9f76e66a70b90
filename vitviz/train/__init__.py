"""How the embedded models are trained (``python -m vitviz.train``), measured and exported."""
