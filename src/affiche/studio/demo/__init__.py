"""A studio to look around in: two characters and a dozen references, drawn by ourselves."""
