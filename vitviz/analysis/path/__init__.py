"""What the steps of the path open up."""
