"""Whether a class map deserves belief on one picture: curves of removal, random orders as control, random weights."""
