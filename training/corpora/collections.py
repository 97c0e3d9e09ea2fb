"""Collections of tunes with a free licence and a permanent address."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Collection:
    """Tunebooks that can be downloaded from one place.

    Attributes
    ----------
    description : what it is, in one line
    licence : what users may do with it, in one line
    source : web page that states the licence
    url : address of the folder, ending in "/"
    files : its tunebooks, each with its SHA-256, or None if that is not known
    """

    description: str
    licence: str
    source: str
    url: str
    files: dict[str, str | None]


_REELS = ("reelsa-c", "reelsd-g", "reelsh-l", "reelsm-q", "reelsr-t", "reelsu-z")
_OTHERS = ("ashover", "hpps", "jigs", "morris", "playford", "slip", "waltzes", "xmas")

COLLECTIONS = {
    "nottingham": Collection(
        description="the Nottingham Music Database, British and American folk tunes, as cleaned by Jukedeck",
        licence="GNU General Public License 3",
        source="https://github.com/jukedeck/nottingham-dataset",
        # A fixed commit, so that the files cannot change between the parts of a download.
        url="https://raw.githubusercontent.com/jukedeck/nottingham-dataset/"
        "bcb2afc67d291acdd689ed0c22ab2a8a480f38a6/ABC_cleaned/",
        files=dict.fromkeys(f"{name}.abc" for name in (*_OTHERS, *_REELS)),
    ),
}
