"""One folder a topic: its page and sections, its browser parts, their data and its words."""
