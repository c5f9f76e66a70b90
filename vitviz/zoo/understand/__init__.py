"""From the configuration of another library to ours: everything that weights cannot tell is read there, or refused."""
