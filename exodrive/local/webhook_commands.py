"""`exodrive webhooks`: what the providers reported, to look at and to have processed once more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

PROVIDERS = ("paypal", "docuseal", "resend")
STATES = ("unverified", "received", "processed", "ignored", "refused", "failed")
Command = Callable[..., None]


@click.group()
def webhooks() -> None:
    """What PayPal, DocuSeal and Resend reported: list, show, replay."""


def choosing(command: Command) -> Command:
    """The options that say which messages; they come as one dictionary."""
    options = (
        click.option("--provider", type=click.Choice(PROVIDERS), help="Of this provider alone."),
        click.option("--type", "event_type", help="Of this type; `PAYMENT.*` is all that begin so."),
        click.option("--state", type=click.Choice(STATES), help="In this state; `failed`: given up."),
        click.option("--since", metavar="TIME", help="Received from then on: 2026-11-23, 2026-11-23T14:00Z."),
        click.option("--until", metavar="TIME", help="Received before then."),
        click.option(
            "--booking", metavar="REFERENCE", help="Those that were found to be about this booking."
        ),
        click.option("--unknown", is_flag=True, help="Of types that this version has no use for."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@webhooks.command("list")
@choosing
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--before", metavar="ID", help="Go on below this message, for the next page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(*, limit: int, before: str | None, as_json: bool, **chosen: Any) -> None:
    """List messages, the newest first."""
    from exodrive.local import webhook_log as log

    with log.opened():
        log.show_list(log.wanted(**chosen), limit=limit, before=before, as_json=as_json)


@webhooks.command()
@click.argument("message")
@click.option("--body", is_flag=True, help="With what it says, which may be personal data.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(message: str, *, body: bool, as_json: bool) -> None:
    """Show one message: its headers, its state, and what came of it. MESSAGE is its id or its provider's."""
    from exodrive.local import webhook_log as log

    with log.opened():
        log.show_one(message, body=body, as_json=as_json)


@webhooks.command()
@click.argument("messages", nargs=-1)
@choosing
@click.option("--all", "everything", is_flag=True, help="The whole log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def replay(*, messages: tuple[str, ...], everything: bool, yes: bool, **chosen: Any) -> None:
    """Have messages processed once more: those named by id, or all that the options choose.

    What is proved is acted on; what is not proves its signature first.
    """
    from exodrive.local import webhook_log as log

    if not messages and not everything and not any(chosen.values()):
        raise click.UsageError("Name messages, choose some by an option, or say --all.")
    if messages and (everything or any(chosen.values())):
        raise click.UsageError("Either name messages or choose them by options.")
    with log.opened():
        log.replay(messages, log.wanted(**chosen), ask=not yes)


@webhooks.command()
@choosing
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export(file: Path, **chosen: Any) -> None:
    """Write messages to a file, one JSON object a line, with their raw bodies. Keep it like the database."""
    from exodrive.local import webhook_log as log

    with log.opened():
        log.export(log.wanted(**chosen), file)


@webhooks.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Take in a file that `export` wrote. Each message proves its signature under this house's secrets."""
    from exodrive.local import webhook_log as log

    with log.opened():
        log.take_in(file)
