"""Fits how likely two settings are one tune, on settings whose titles are known."""
