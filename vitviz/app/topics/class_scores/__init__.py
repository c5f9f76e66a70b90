"""Class scores: which tokens are read, one linear map to the scores, and their softmax."""
