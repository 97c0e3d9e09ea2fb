"""Names and files: all that both training and service know of titles, tunebooks, indexes and artifacts."""
