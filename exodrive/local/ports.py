"""Finding ports that nobody listens on."""

from __future__ import annotations

import itertools
import os
import socket

TRIES = 100
# Below the ports that the kernel lends to whoever connects (32768 and up) and to whoever asks for any: none
# of these is lent to somebody else between its choice and the start of the server that it is for.
UNLENT = 20_000
STRETCH, STRETCHES = 60, 200  # each process looks through a stretch of its own first
_choices = itertools.count()


class NoFreePort(RuntimeError):
    """Every port of the range that was tried is taken."""


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there.

    On this machine's own address the IPv6 side is asked too: a browser may try `localhost` there first.
    """
    if not _can_bind(socket.AF_INET, host, port):
        return False
    return host != "127.0.0.1" or not socket.has_ipv6 or not _answers_on_ipv6(port)


def first_free(wanted: int, *, host: str = "127.0.0.1") -> int:
    """The wanted port, or the next one that is free. Raises NoFreePort."""
    for port in range(wanted, wanted + TRIES):
        if is_free(port, host=host):
            return port
    raise NoFreePort(f"ports {wanted} to {wanted + TRIES - 1} are all taken")


def any_free() -> int:
    """A free port, another one at each call. Raises NoFreePort."""
    begin = os.getpid() % STRETCHES * STRETCH
    for _ in range(TRIES):
        port = UNLENT + (begin + next(_choices)) % (STRETCHES * STRETCH)
        if is_free(port):
            return port
    raise NoFreePort(f"{TRIES} ports from {UNLENT + begin} on are all taken")


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    with socket.socket(family) as probe:
        # What gunicorn sets too: a port is not taken because of connections that have just ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _answers_on_ipv6(port: int) -> bool:
    try:
        with socket.create_connection(("::1", port), timeout=0.2):
            return True
    except OSError:
        return False
