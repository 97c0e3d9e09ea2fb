"""Draws the pictures of docs/how-it-works.md from what the code computes on a real tune."""
