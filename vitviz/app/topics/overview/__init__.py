"""Overview: the picture, the prediction, and the whole chain from pixels to class scores with the source beside it."""
