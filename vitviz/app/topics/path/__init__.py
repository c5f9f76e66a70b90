"""The path: ten steps from a picture to class scores, each with a question before the answer."""
