"""From a recording to notes. The extra `listen` brings the pitch tracker, which is imported on first use."""
