"""Browser parts that several topics show, as a page mounts them."""
