"""What an edit of a run changes: without one of its parts, or with a part of another, or without some of the picture."""
