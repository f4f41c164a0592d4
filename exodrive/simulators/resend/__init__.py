"""Resend: sending e-mail, its webhooks in Svix's manner, and a mailbox that shows each mail as it would look.

Facts: https://resend.com/docs/api-reference/introduction.
"""

from __future__ import annotations

from flask import Flask

from exodrive.simulators.resend import access, emails, mailbox, notices, pages
from exodrive.simulators.world import World

PREFIX = "/resend"


def attach(app: Flask, world: World) -> None:
    """Serve Resend under its prefix and carry its events."""
    notices.attach(world)
    mailbox.attach(world)
    api = emails.blueprint()
    access.attach(api, limit=int(world.settings.resend_rate))
    app.register_blueprint(api, url_prefix=PREFIX)
    app.register_blueprint(pages.pages, url_prefix=PREFIX)
