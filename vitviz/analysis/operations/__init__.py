"""Methods behind the page of single operations: what one addition, division or square root costs on this machine."""
