"""Turns ABC text into notes, features and vectors: the ABC reader and the tune and title encoders."""
