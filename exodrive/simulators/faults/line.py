"""How an answer leaves: whole, or as a line lets it through that is cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

ENVIRON: Final = "simulators.line"  # where the server lays the line of a request for the app to cut
MISSING_BYTES: Final = 100  # by so much a wrong Content-Length is too large


class Way(Enum):
    WHOLE = auto()
    RESET = auto()  # the connection is reset without a byte
    SILENT = auto()  # the connection ends without a byte
    HALF = auto()  # the connection ends in the middle of the body
    SHORT = auto()  # the body is whole, and announced as longer


@dataclass(slots=True)
class Line:
    """The way of one answer, which a fault may change until it is sent."""

    way: Way = Way.WHOLE
