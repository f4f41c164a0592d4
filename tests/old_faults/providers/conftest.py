"""The demo house, its workers in this thread, and the simulators at the end of a wire."""

from __future__ import annotations

from tests.tasks.conftest import house, pass_time, post, wire

__all__ = ["house", "pass_time", "post", "wire"]
