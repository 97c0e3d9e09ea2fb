"""Online: HTTP in front of one Suggester."""
