"""The drawing application."""
