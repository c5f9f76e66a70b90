"""Why a convolution is a matrix product, and what makes that product fast: measured on this very machine."""
