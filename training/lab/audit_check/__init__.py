"""Measure the audit: plant wrong titles and count how many it finds."""
