"""Tests reach nobody but this machine: a connection anywhere else fails at once, and says to whom."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any
from unittest.mock import patch

NAMES = {"localhost", ""}


class OutsideWorld(RuntimeError):
    """A test tried to reach another machine."""


@contextlib.contextmanager
def enforced() -> Iterator[None]:
    """Guard every connection and every look-up of a name for as long as the block lasts."""
    with (
        patch.object(socket.socket, "connect", _guarded(socket.socket.connect)),
        patch.object(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex)),
        patch.object(socket, "getaddrinfo", _looking_up(socket.getaddrinfo)),
    ):
        yield


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise OutsideWorld(f"a test connects to {address[0]}:{address[1]}")
        return connect(self, address)

    return guarded


def _looking_up(getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        if host is not None and not _is_here(host.decode() if isinstance(host, bytes) else host):
            raise OutsideWorld(f"a test looks up {host}")
        return getaddrinfo(host, *rest, **named)

    return guarded


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in NAMES
