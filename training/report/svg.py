"""SVG as a tree of elements. Texts are escaped when the tree is written: none can become markup."""

from collections.abc import Iterable
from xml.etree import ElementTree

Element = ElementTree.Element


def element(tag: str, *children: Element, text: str = "", **attributes: object) -> Element:
    """An element. In the names of attributes `_` stands for `-`, and one at the end is dropped: `class_`.

    Numbers are written with at most two decimals.
    """
    written = {
        name.rstrip("_").replace("_", "-"): f"{value:.2f}".rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
        for name, value in attributes.items()
    }
    made = Element(tag, written)
    made.text = text or None
    made.extend(children)
    return made


def picture(width: int, height: int, label: str, parts: Iterable[Element], class_: str = "") -> Element:
    """A picture that says what it shows to who cannot see it."""
    box = f"0 0 {width} {height}"
    return element("svg", *parts, viewBox=box, role="img", aria_label=label, class_=f"chart {class_}".strip())


def markup(root: Element) -> str:
    """The tree as markup for an HTML page, every text escaped."""
    return ElementTree.tostring(root, encoding="unicode")
