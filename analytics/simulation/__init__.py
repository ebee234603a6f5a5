"""A SIMULATED country whose true effects are known."""
