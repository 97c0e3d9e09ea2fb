"""Plays tunes to the listener: a small synthesiser, because real recordings are not at hand."""
