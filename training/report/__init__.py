"""The report: what an artifact has learned, how well it works and where it is wrong, as one HTML page."""
