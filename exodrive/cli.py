"""The command `exodrive`. Each command imports what it needs when it runs: `--help` answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from exodrive.local.staff_commands import staff
from exodrive.local.webhook_commands import webhooks


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The booking system of an exotic-car rental house."""


@main.command()
def up() -> None:
    """Run the whole house on this machine, until Ctrl-C."""
    from exodrive.local import up as local

    sys.exit(local.up())


@main.command()
@click.option("--port", type=int, help="Port to listen on; 8100 or SIMULATORS_PORT by default.")
def simulators(port: int | None) -> None:
    """Run the simulators of PayPal, DocuSeal and Resend."""
    # A program of its own, which imports nothing of ours and which nothing of ours imports.
    chosen = () if port is None else ("--port", str(port))
    _become(sys.executable, "-m", "exodrive.simulators", *chosen)


@main.command()
def doctor() -> None:
    """Say what is configured, what is reachable, what is missing, and how to mend it."""
    from exodrive.local import doctor as local

    sys.exit(local.examine())


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from exodrive.local import house

    with house.application():
        house.migrate()


@main.command(hidden=True)
@click.option("--past", is_flag=True, help="Give a new house a few past rentals, with reviews.")
def prepare(past: bool) -> None:
    """What `up` does before it opens: migrate, and set up the demo house on first start."""
    from exodrive.local import house

    with house.application():
        house.migrate()
        house.furnish(past=past)


@main.command()
@click.option("--bookings", type=click.IntRange(0, 1_000_000), default=0, help="How many bookings to add.")
def demo(bookings: int) -> None:
    """Set up the demo house, and add bookings to it."""
    from exodrive.local import house, servers
    from exodrive.local.demo_bookings import NotASandbox

    with servers.borrowed() as environment:
        os.environ.update(environment)
        with house.application():
            house.migrate()
            house.furnish()
            try:
                house.fill(bookings)
            except NotASandbox as refusal:
                raise click.ClickException(str(refusal)) from refusal


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def agreement_form(file: Path) -> None:
    """Write the empty agreement as a PDF form, to be uploaded to DocuSeal."""
    from exodrive.rendering import agreement_form as form

    file.write_bytes(form.blank())
    click.echo(f"{file}: upload it to DocuSeal, as docs/docuseal-template.md says.")


main.add_command(staff)
main.add_command(webhooks)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--files", is_flag=True, help="Read every stored file too, and compare its bytes.")
@click.option(
    "--most", type=click.IntRange(0), default=10, show_default=True, help="Findings to name of each."
)
def audit(as_json: bool, files: bool, most: int) -> None:
    """Look whether every promise is kept in the data: 1 if one is broken, 2 if it cannot look."""
    from exodrive.local import examination

    sys.exit(examination.audit(as_json=as_json, with_files=files, most=most))


@main.command()
@click.option("--booking", "reference", help="One booking only, such as EXD-7K4M2Q9.")
@click.option("--wait", is_flag=True, help="Wait until the workers have read all of it.")
def reconcile(reference: str | None, wait: bool) -> None:
    """Compare what is open with PayPal, and print what differs: 1 if something does, 2 for no booking."""
    from exodrive.local import reconciling

    sys.exit(reconciling.reconcile(reference=reference, wait=wait))


@main.group()
def books() -> None:
    """The books: what an accountant closes a month from."""


@books.command()
@click.option("--from", "first", required=True, help="The first day, such as 2026-10-01.")
@click.option("--to", "last", required=True, help="The last day.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder.")
def export(first: str, last: str, out: Path) -> None:
    """Write the CSV files of a period into a folder."""
    from exodrive.local import bookkeeping

    sys.exit(bookkeeping.export(first=first, last=last, folder=out))


@main.command()
def relay() -> None:
    """Hand due work from the database to the queue, until interrupted."""
    from exodrive.app import create_app
    from exodrive.tasks import relay as tasks_relay

    tasks_relay.run(create_app())


@main.command()
def scheduler() -> None:
    """Send periodic work to the queue, until interrupted."""
    from exodrive import worker
    from exodrive.tasks import scheduler as tasks_scheduler

    tasks_scheduler.run(worker.broker)


def _become(*command: str) -> NoReturn:
    """Make way for another program: signals and the exit code are then its own."""
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  our own programs, beside this Python


if __name__ == "__main__":
    main()
