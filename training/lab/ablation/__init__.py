"""Experiments with the encoders: many configurations, measured alike, on the same pools."""
