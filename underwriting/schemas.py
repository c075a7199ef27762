"""Bodies of the calls."""
