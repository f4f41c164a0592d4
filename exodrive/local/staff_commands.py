"""`exodrive staff`: the accounts of the desk, for the first day and for lost keys.

A password is asked for on the terminal: what stands in a command is in the shell's history and in `ps`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from exodrive.accounts.models import StaffUser

REFUSALS = {
    "email_taken": "There is an account with this address.",
    "staff_not_found": "There is no account with this address.",
    "password_too_short": "The password needs twelve signs or more.",
    "password_too_long": "The password may have 128 signs at most.",
    "password_guessable": "This password is one that others would try.",
    "last_owner": "This is the last owner: make another one first.",
    "no_second_factor": "There is no second factor to take away.",
}
ROLES = ("viewer", "agent", "manager", "owner")
REASON = click.option("--reason", prompt=True, help="Stays in the audit trail.")


@click.group()
def staff() -> None:
    """The accounts of the desk. Passwords are asked for and never part of a command."""


@staff.command()
@click.argument("email")
@click.option("--name", prompt=True, help="As the desk and the audit trail show it.")
@click.option("--role", prompt=True, type=click.Choice(ROLES))
def add(email: str, name: str, role: str) -> None:
    """Make an account."""
    password = _password()
    with _desk():
        from exodrive.accounts import staff as accounts

        accounts.add_user(email, name, password, role)
    click.echo(f"{email} can sign in as {role}.")


@staff.command("list")
def show() -> None:
    """Say which accounts there are."""
    with _desk():
        from exodrive.accounts import staff as accounts

        for user in accounts.everybody():
            state = "open" if user.active else "closed"
            factor = "second factor" if user.has_second_factor else "password only"
            click.echo(f"{user.email}  {user.name}  {user.role}  {state}  {factor}")


@staff.command()
@click.argument("email")
def set_password(email: str) -> None:
    """Give somebody another password; they are signed out everywhere."""
    password = _password()
    with _desk():
        from exodrive.accounts import staff as accounts
        from exodrive.kernel import actors, clock

        accounts.set_password(_one(email).id, password, by=actors.SYSTEM, at=clock.now())
    click.echo(f"{email} has another password and is signed out everywhere.")


@staff.command()
@click.argument("email")
@REASON
def deactivate(email: str, reason: str) -> None:
    """Close an account at once. The owner opens it again at the desk."""
    with _desk():
        from exodrive.accounts import staff as accounts
        from exodrive.kernel import actors, clock

        accounts.deactivate(_one(email).id, reason=reason, by=actors.SYSTEM, at=clock.now())
    click.echo(f"{email} is signed out and cannot sign in.")


@staff.command()
@click.argument("email")
@REASON
def reset_second_factor(email: str, reason: str) -> None:
    """Take a lost second factor away; a new one is set up at the next sign-in."""
    with _desk():
        from exodrive.accounts import staff as accounts
        from exodrive.kernel import actors, clock

        accounts.reset_second_factor(_one(email).id, reason=reason, by=actors.SYSTEM, at=clock.now())
    click.echo(f"{email} signs in without a code until a new one is set up.")


def _password() -> str:
    entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return entered


@contextlib.contextmanager
def _desk() -> Iterator[None]:
    """A transaction in the house that the environment names, else in this folder's; refusals in words."""
    from exodrive.kernel.db import transaction
    from exodrive.kernel.errors import DomainError
    from exodrive.local import house, servers

    try:
        with servers.borrowed() as environment:
            os.environ.update(environment)
            with house.application(), transaction():
                yield
    except DomainError as refusal:
        raise click.ClickException(REFUSALS.get(refusal.code, refusal.code)) from refusal


def _one(email: str) -> StaffUser:
    from exodrive.accounts import staff as accounts

    user = accounts.find(email)
    if user is None:
        raise accounts.StaffNotFound
    return user
