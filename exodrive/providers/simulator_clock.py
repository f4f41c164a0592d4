"""Tells the sandbox's simulators what time it is. Never used outside the sandbox."""

from __future__ import annotations

import requests

from exodrive.kernel.errors import GatewayUnavailable


def move(base_url: str, *, offset_seconds: int) -> None:
    """Set the simulators' clock so many seconds ahead of real time. Raises GatewayUnavailable."""
    try:
        answer = requests.post(f"{base_url}/clock", json={"offset_seconds": offset_seconds}, timeout=(3, 10))
        answer.raise_for_status()
    except requests.RequestException as error:
        raise GatewayUnavailable(f"simulators: {type(error).__name__}") from error
