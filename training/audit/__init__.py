"""The audit: find titles on the wrong tune from the music alone."""
