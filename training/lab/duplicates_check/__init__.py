"""Measures how well duplicates are found, on settings whose titles are known."""
