"""Layer norm lab: four experiments on what is averaged, in which precision, and by how many threads."""
