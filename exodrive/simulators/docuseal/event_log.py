"""What a house missed while it was down: completed forms and submissions, and who the key belongs to."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.docuseal.access import LARGEST_PAGE, PAGE
from exodrive.simulators.docuseal.records import SUBMISSION, SUBMITTER, form_data, submission_data
from exodrive.simulators.docuseal.templates import AUTHOR
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time
from exodrive.simulators.world import world

api = Blueprint("docuseal_events", __name__)


@api.get("/user")
def user() -> ResponseReturnValue:
    return AUTHOR


@api.get("/events/form/<kind>")
def forms(kind: str) -> ResponseReturnValue:
    return _completed(kind, SUBMITTER, "form.completed")


@api.get("/events/submission/<kind>")
def submissions(kind: str) -> ResponseReturnValue:
    return _completed(kind, SUBMISSION, "submission.completed")


def _completed(kind: str, of: str, event_type: str) -> ResponseReturnValue:
    """Newest first; `after` and `before` are Unix times here. Only what is completed is listed."""
    if kind != "completed":
        abort(404)
    after, before = request.args.get("after", type=int), request.args.get("before", type=int)
    size = min(max(request.args.get("limit", PAGE, type=int), 1), LARGEST_PAGE)
    done = [one for one in world().store.find(of) if one["completed_at"]]
    done.sort(key=_second, reverse=True)
    shown = [
        one
        for one in done
        if (after is None or _second(one) < after) and (before is None or _second(one) > before)
    ][:size]
    ends = (_second(shown[-1]), _second(shown[0])) if shown else (None, None)
    data = form_data if of == SUBMITTER else submission_data
    return {
        "data": [
            {"event_type": event_type, "timestamp": one["completed_at"], "data": data(one)} for one in shown
        ],
        "pagination": {"count": len(shown), "next": ends[0], "prev": ends[1]},
    }


def _second(record: Record) -> int:
    return int(read_time(record["completed_at"]).timestamp())
