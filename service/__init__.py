"""The HTTP service around one Suggester."""
