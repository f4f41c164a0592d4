"""DocuSeal as its open-source image serves it: templates, submissions, submitters, files, the signing page.

What only the paid edition has (making templates or submissions from HTML, PDF or DOCX) answers 404 here too.
Facts: https://www.docuseal.com/docs/api and the routes of the open-source project.
"""

from __future__ import annotations

from flask import Flask

from exodrive.simulators.docuseal import (
    access,
    documents,
    event_log,
    lifecycle,
    notices,
    pages,
    signing,
    submissions,
    submitters,
    templates,
)
from exodrive.simulators.world import World

PREFIX = "/docuseal"
APIS = (templates.api, submissions.api, submitters.api, event_log.api)
for _api in APIS:
    _api.before_request(access.require_key)
    access.attach(_api)


def attach(app: Flask, world: World) -> None:
    """Serve DocuSeal under its prefix, with the seeded template, and carry its events."""
    notices.attach(world)
    lifecycle.attach(world)
    templates.seed(world)
    for api in APIS:
        app.register_blueprint(api, url_prefix=f"{PREFIX}/api")
    for open_part in (documents.files, signing.pages, pages.pages):
        app.register_blueprint(open_part, url_prefix=PREFIX)
