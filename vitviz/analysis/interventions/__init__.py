"""What an edit of a run changes: without a part of it, with a part of another, or without some of the picture."""
