"""Pretraining: the hierarchical note model learns to predict the next note before it encodes tunes."""
