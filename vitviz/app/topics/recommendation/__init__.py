"""Topic: where an aircraft goes next, by attention and by a recurrent network."""
