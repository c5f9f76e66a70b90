"""Atlas: what every head, MLP unit and block does over many pictures, and where one picture stands among them."""
