"""Class maps: which places of the picture a class score rests on, one method a file, one signature for all."""
