"""Nouns after a number."""


def with_noun(count: int, noun: str) -> str:
    """A number with a noun that takes an s in the plural: "1 note", "2 notes"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
