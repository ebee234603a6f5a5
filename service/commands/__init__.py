"""The commands, one module each: `add` says how it is called, `run` does it."""
