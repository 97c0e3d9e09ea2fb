"""Online: HTTP in front of one loaded artifact."""
