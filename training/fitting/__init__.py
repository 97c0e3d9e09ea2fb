"""Fitting: from a library of tunes to a published artifact."""
