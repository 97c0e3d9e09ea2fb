"""Ablations: many configurations of the encoders, trained and measured on the same pools."""
