"""Worlds that vitviz draws itself, so that the truth about every picture is known. Imports no torch."""
