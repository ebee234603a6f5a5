"""What forces send: read, checked row by row, pseudonymised and kept as versions."""
