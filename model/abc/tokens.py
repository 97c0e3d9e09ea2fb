"""The symbols of a music line.

No alternative looks ahead beyond its own match, except within bounds or up to the next sign of the same kind.
Splitting a line into tokens therefore takes time linear in its length. Repeats of groups are bounded, because
`re` remembers each repetition. They are not possessive, because Python before 3.11.5 matches those wrongly
(https://github.com/python/cpython/issues/106052).

Mail programs turned ``=`` into ``=3D`` and broke lines with ``=``; such tunes still circulate.
"""

import re
from functools import lru_cache

TOKEN = re.compile(
    r"""
    (?:
      (?P<note>  (?: (?:\^\^? | __? | =(?:3D)?[\^_]? ) (?: [0-9]{0,3}/[0-9]{0,3} )? )?
                 [A-Ga-g] [,']* [0-9]*/*[0-9]* )
    | (?P<space> (?: [\s)$*`\\;]+ | \(+ (?![0-9]) | =(?:20)?\s*\Z ){1,500} )
    | (?P<bar>   (?: \.?\| | : | \[\| ) (?: [|:\]]+ | \[ (?=[|:\]]) ){0,500}
                 (?P<times> [0-9]+ (?: [,-][0-9]+ ){0,500} )? \.? )
    | (?P<ending> \[ [ ]? (?P<ending_times> [0-9]+ (?: [,-][0-9]+ ){0,500} ) \.? )
    | (?P<rest>  [zx] (?P<rest_length> [0-9]*/*[0-9]* ) )
    | (?P<string> "[^"]*" )
    | (?P<broken> <+ | >+ )
    | (?P<tuplet> \( (?P<p> [0-9]+ ) (?: : (?P<q> [0-9]* ) (?: : (?P<r> [0-9]* ) )? )? )
    | (?P<tie>   - )
    | (?P<grace> \{ [^{}]* \} -? )
    | (?P<field> \[ (?P<name> [A-Za-z] ) : (?P<value> [^\[\]]* ) \] )
    | (?P<chord> \[ (?= [^\[\]|]* \] ) )
    | (?P<close> \] (?P<chord_length> [0-9]*/*[0-9]* ) )
    | \+ (?P<old_chord> (?! f+\+ ) (?: (?: \^\^? | __? | = )? [A-Ga-g] [,']{0,4} [0-9/]{0,6} ){2,8} ) \+
    | (?P<mark>  ! (?: f{1,4} | [0-9] | D\.[CS]\.[^!|]{0,20}
                     | (?! [A-Ga-gxz0-9,'/^_=]{1,40} ! ) [^\s!|]{1,40} ) !
               | \+ [^\s+|]{1,40} \+ | [.~] | ! | y [0-9]*/*[0-9]* )
    | (?P<measures> [ZX] (?P<count> [0-9]* ) )
    | (?P<letter_mark> [H-Wh-w] )
    | (?P<overlay> & )
    | (?P<comment> % .* )
    | (?P<open_field> \[ [A-Za-z] : \S* )
    | (?P<stray> "[^"\s|]* | [0-9/,'}#@?]+ | . )
    ) [ ]*  # so that few spaces are tokens of their own
    """,
    re.VERBOSE | re.DOTALL,
)

ALTERED = re.compile(r"(?:\^\^?|__?|=)[A-Ga-g][,']*")
"""A note with an accidental; finds the accidentals among grace notes."""

PRESET_MARKS = frozenset("HLMOPRSTJuvkno")
"""Letters that mean a decoration without any ``U:`` (ABC 2.1, 4.14), and a few that programs add."""

_TIMES = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_MOST_TIMES = 32


@lru_cache(maxsize=256)
def read_times(text: str) -> tuple[int, ...]:
    """Read the repetitions of a variant ending, such as ``1,3`` or ``1-3``; at most 32."""
    times: list[int] = []
    for first, last in _TIMES.findall(text):
        start = int(first[:3])
        stop = int(last[:3]) if last else start
        times.extend(range(start, min(stop, start + _MOST_TIMES) + 1))
    return tuple(times[:_MOST_TIMES])
