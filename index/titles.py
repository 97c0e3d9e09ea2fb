"""What is a title, and when two names are one title."""

from model.names import fold

_NO_TITLES = frozenset(
    fold(name)
    for name in (
        *("", "x", "?", "gan ainm", "ganainm", "no name", "no title", "nameless", "name unknown"),
        *("title unknown", "unknown", "unknown title", "unnamed", "untitled"),
        *("sans titre", "sin nombre", "ohne titel", "utan namn"),
    )
)


def title_key(name: str) -> str:
    """Names with the same key are one title."""
    return fold(name)


def is_title(name: str) -> bool:
    """False for what stands where a title is missing: "Gan Ainm", "x", "untitled", no letter at all, or a
    remark.

    A remark is a name that is all in parentheses, as in "(Can be used as a clog.)".
    """
    is_remark = name.strip().startswith("(") and name.strip().endswith(")")
    return not is_remark and title_key(name) not in _NO_TITLES
