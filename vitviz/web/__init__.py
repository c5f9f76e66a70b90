"""Browser parts and what they are given; nothing here knows a host."""
