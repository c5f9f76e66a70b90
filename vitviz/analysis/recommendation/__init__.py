"""What comes next after a row of choices: losses of one matrix of scores, ranks, and heuristics to compare with."""
