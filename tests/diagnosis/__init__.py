"""How often the diagnosis is right: `python -m tests.diagnosis` prints the figures."""
