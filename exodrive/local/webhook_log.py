"""What `exodrive webhooks` does, and how it shows it."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app

from exodrive import config
from exodrive.bookings import queries as bookings
from exodrive.kernel import inbox_log, sandbox_clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import GatewayUnavailable, NotFound
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.inbox_log import Wanted
from exodrive.local import house, leftovers, servers
from exodrive.providers import factory
from exodrive.tasks import webhook_log, webhook_replay, webhooks

COMMAND_LINE = Actor(ActorKind.SYSTEM, "Command line")
COLUMNS = ("received", "provider", "type", "state", "id", "note")
NOBODY_WORKS = "The house does not run: they are processed when it does."


@contextlib.contextmanager
def opened() -> Iterator[None]:
    """The house of this folder, whether it runs or not; what cannot be found ends the command."""
    with servers.borrowed() as environment:
        os.environ.update(environment)
        with house.application():
            factory.configure(current_app.config["SETTINGS"])
            if current_app.config["SANDBOX"]:
                with transaction():
                    sandbox_clock.load()
            yield


def wanted(
    *,
    provider: str | None,
    event_type: str | None,
    state: str | None,
    since: str | None,
    until: str | None,
    booking: str | None,
    unknown: bool,
) -> Wanted:
    """The messages that the options choose. Raises ClickException for a booking that there is not."""
    return Wanted(
        provider=provider,
        event_type=event_type,
        state=state,
        since=_moment(since) if since else None,
        until=_moment(until) if until else None,
        not_beginning=webhooks.known_types() if unknown else None,
        notes=_notes_about(booking) if booking else None,
    )


def _notes_about(reference: str) -> frozenset[str]:
    with transaction():
        try:
            return webhook_replay.notes_about(bookings.by_reference(reference.upper()).id)
        except NotFound as error:
            raise click.ClickException(f"There is no booking {reference}.") from error


def show_list(chosen: Wanted, *, limit: int, before: str | None, as_json: bool) -> None:
    """Print a page of the log, and how to go on below it."""
    with transaction():
        rows = inbox_log.newest(chosen, before=_id(before) if before else None, limit=limit + 1)
    shown = rows[:limit]
    if as_json:
        for row in shown:
            click.echo(json.dumps(_facts(row)))
        return
    _table([_cells(row) for row in shown])
    if len(rows) > limit:
        click.echo(f"\nMore: --before {shown[-1].id}")


def show_one(name: str, *, body: bool, as_json: bool) -> None:
    """Print a message with its headers and what came of it; what it says only with `body`."""
    with transaction():
        row = _one(name)
        course = inbox_log.course(row.id)
    facts = {
        **_facts(row),
        "event_key": row.event_key,
        "processed_at": _written(row.processed_at),
        "headers": row.headers,
        "bytes": len(row.body),
        "processing": [
            {
                "sent_at": _written(each.created_at),
                "state": each.state,
                "attempts": each.attempts,
                "finished_at": _written(each.finished_at),
                "last_error": each.last_error,
            }
            for each in course
        ],
    }
    if body:
        facts["body"] = json.loads(row.body)
    if as_json:
        click.echo(json.dumps(facts))
        return
    for fact, value in facts.items():
        if isinstance(value, dict | list):
            click.echo(f"\n{fact}\n{json.dumps(value, indent=2)}")
        else:
            click.echo(f"{fact:<13} {'-' if value is None else value}")
    if not body:
        click.echo("\nWhat it says may be personal data: add --body to see it.")


def replay(names: Sequence[str], chosen: Wanted, *, ask: bool) -> None:
    """Have messages processed once more, and say how many."""
    with transaction():
        ids = [_one(name).id for name in names]
        number = len(ids) if names else inbox_log.count(chosen)
    if not number:
        click.echo("There are no such messages.")
        return
    if ask:
        click.confirm(f"Have {number} message{'' if number == 1 else 's'} processed once more?", abort=True)
    count = (
        webhook_replay.each(ids, by=COMMAND_LINE) if names else webhook_replay.all_of(chosen, by=COMMAND_LINE)
    )
    click.echo(f"{count.again} on their way again, {count.under_way} were on their way already.")
    if count.again and not leftovers.is_held(config.folder()):
        click.echo(NOBODY_WORKS)


def export(chosen: Wanted, file: Path) -> None:
    """Write the log to a file that only its owner can read: it holds what the messages say."""
    file.touch(mode=0o600)
    file.chmod(0o600)  # one that was there before too
    number = 0
    with file.open("w", encoding="utf-8") as out:
        for line in webhook_log.lines(chosen):
            out.write(line + "\n")
            number += 1
    click.echo(f"{number} messages written to {file}.")


def take_in(file: Path) -> None:
    """Store the messages of a file that prove themselves, and say what became of all."""
    fates: Counter[str] = Counter()
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                fate = webhook_log.take_in(line, settings=current_app.config["SETTINGS"])
            except GatewayUnavailable as error:
                raise click.ClickException(
                    f"Line {number}: PayPal's certificate cannot be had now ({error}). What came before it"
                    " is stored; take the file in again later, and nothing is stored twice."
                ) from error
            fates[fate] += 1
            if fate in (webhook_log.Fate.REFUSED, webhook_log.Fate.UNREADABLE):
                click.echo(f"Line {number}: {fate}.", err=True)
    told = ", ".join(f"{fates[fate]} {fate}" for fate in webhook_log.Fate)
    click.echo(f"{told}.")
    if fates[webhook_log.Fate.STORED] and not leftovers.is_held(config.folder()):
        click.echo(NOBODY_WORKS)


def _moment(text: str) -> datetime:
    """A day or a time as somebody types it; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"{text!r} is no date or time such as 2026-11-23T14:00Z.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _one(name: str) -> InboxMessage:
    try:
        return inbox_log.one(name)
    except NotFound as error:
        raise click.ClickException(f"There is no message {name}.") from error


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise click.ClickException(f"{text} is no message's id.") from error


def _facts(row: InboxMessage) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "received_at": _written(row.received_at),
        "provider": row.provider,
        "event_type": row.event_type,
        "state": row.state,
        "note": row.note,
    }


def _cells(row: InboxMessage) -> tuple[str, ...]:
    received = f"{row.received_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return received, row.provider, row.event_type or "(none)", row.state, str(row.id), row.note or ""


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    for row in (COLUMNS, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def _written(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None
