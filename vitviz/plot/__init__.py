"""Figures from arrays or a trace, and the colours and numbers that all of them share."""
