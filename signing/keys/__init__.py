"""Private keys that seal: in a file, in a token, or far away."""
