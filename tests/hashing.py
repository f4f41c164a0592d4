"""Tests' passwords are hashed for show: what makes a hash worth its name costs a fifth of a second each time.

Only the apps that tests make in their own process are told; no setting of the house can do it.
"""

from __future__ import annotations

from flask import Flask

LEAST = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


def spare(app: Flask) -> None:
    """Hash passwords of this app by argon2 still, with the least that it takes."""
    app.extensions["security"].pwd_context.update(**LEAST)
