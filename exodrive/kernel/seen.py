"""What of a text can be seen: the rest makes words read as others, or a file that no program can open."""

from __future__ import annotations

import unicodedata

# Signs that turn the direction of a line can make words read as others; no keyboard types them.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, halves of a pair, private and unassigned ones. XML knows most of them not at all.
UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn"})
SPACES = frozenset("\t\n\r\v\f\x85")


def only(text: str) -> str:
    """The text without signs that nobody sees. Its spaces and ends of lines stay as they are."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        for sign in text
        if sign in SPACES or (sign not in TURNING and unicodedata.category(sign) not in UNSEEN)
    )
