"""All agreements at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template

from exodrive.simulators.docuseal.notices import NOTICE
from exodrive.simulators.docuseal.records import SUBMISSION, signers, status, submission_status
from exodrive.simulators.world import world

pages = Blueprint("docuseal_pages", __name__)

SHOWN = 50
TONES = {
    "pending": "wait",
    "completed": "go",
    "declined": "stop",
    "expired": "idle",
    "archived": "idle",
    "awaiting": "wait",
    "sent": "wait",
    "opened": "sign",
}


@pages.get("/submissions")
def list_submissions() -> str:
    found = list(reversed(world().store.find(SUBMISSION)))[:SHOWN]
    agreements = [
        {
            "submission": one,
            "status": "archived" if one["archived_at"] else submission_status(one),
            "signers": [{**party, "status": status(party)} for party in signers(one)],
        }
        for one in found
    ]
    return render_template("docuseal/submissions.html", agreements=agreements, tones=TONES)


@pages.get("/events")
def list_events() -> str:
    rows = world().courier.log("docuseal")
    count = len(world().store.find(NOTICE))
    address = world().courier.address("docuseal")
    return render_template("docuseal/events.html", deliveries=rows, count=count, address=address)
