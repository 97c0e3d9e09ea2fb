"""From ABC text to notes, features and vectors: the tune and title encoders."""
