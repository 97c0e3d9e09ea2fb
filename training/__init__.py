"""Offline: corpora, curation, splits, training, measurement, and the publishing of an artifact."""
