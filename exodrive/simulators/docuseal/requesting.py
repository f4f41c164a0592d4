"""What DocuSeal checks of the parties of an agreement, and the records it makes of them."""

from __future__ import annotations

import re
import secrets
from typing import Any

from exodrive.simulators.docuseal.access import invalid
from exodrive.simulators.docuseal.records import SUBMISSION, SUBMITTER, save_submission, save_submitter
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell_finely
from exodrive.simulators.world import world

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
PHONE = re.compile(r"\+[0-9]{5,15}")
ORDERS = ("preserved", "random")


def check_parties(parties: Any, template: Record) -> list[dict[str, Any]]:
    """The `submitters` of a request with their roles settled. Raises Refused."""
    if not isinstance(parties, list) or not parties:
        raise invalid("submitters is required")
    roles = [role["name"] for role in template["submitters"]]
    if len(parties) > len(roles):
        raise invalid("Defined more signing parties than in template")
    checked = []
    for number, party in enumerate(parties):
        at = f"`submitters[{number}]`"
        if not isinstance(party, dict) or not any(party.get(n) for n in ("email", "phone", "name")):
            raise invalid(f"email, phone or name is required in {at}.")
        check_contact(party, at)
        role = party.get("role") or roles[number]
        if role not in roles:
            raise invalid(f"Unknown submitter role: {role}. Template defines {roles}")
        checked.append({**party, "role": role})
    if len({party["role"] for party in checked}) < len(checked):
        raise invalid("role must be unique in `submitters`.")
    return checked


def check_contact(party: dict[str, Any], at: str) -> None:
    if party.get("email") and not EMAIL.fullmatch(str(party["email"])):
        raise invalid(f"email is invalid in {at}.")
    if party.get("phone") and not PHONE.fullmatch(str(party["phone"])):
        raise invalid(f"phone should start with +<country code> and contain only digits in {at}.")


def expiry(body: dict[str, Any]) -> str | None:
    if not body.get("expire_at"):
        return None
    try:
        return spell_finely(read_time(str(body["expire_at"])))
    except ValueError as error:
        raise invalid("expire_at is invalid.") from error


def new_submission(template: Record, body: dict[str, Any], *, source: str) -> Record:
    if body.get("order", ORDERS[0]) not in ORDERS:
        raise invalid("order must be one of preserved, random.")
    submission = {
        "id": world().store.number(SUBMISSION),
        "slug": secrets.token_urlsafe(12),
        "name": body.get("name") or template["name"],
        "template_id": template["id"],
        "source": source,
        "submitters_order": body.get("order", ORDERS[0]),
        "expire_at": expiry(body),
        "completed_redirect_url": body.get("completed_redirect_url"),
        "message": body.get("message") or {},
        "variables": body.get("variables") or {},
        "archived_at": None,
        "completed_at": None,
        "created_at": spell_finely(world().clock.now()),
    }
    save_submission(submission)
    return submission


def new_submitter(submission: Record, template: Record, party: dict[str, Any], *, send_email: bool) -> Record:
    role = next(one for one in template["submitters"] if one["name"] == party["role"])
    submitter = {
        "id": world().store.number(SUBMITTER),
        "submission_id": submission["id"],
        "uuid": role["uuid"],
        "role": role["name"],
        "slug": secrets.token_urlsafe(12),
        "email": party["email"].strip().lower() if party.get("email") else None,
        "name": party.get("name"),
        "phone": party.get("phone"),
        "external_id": party.get("external_id") or party.get("application_key"),
        "metadata": party.get("metadata") or {},
        "preferences": {"send_email": bool(party.get("send_email", send_email)), "send_sms": False},
        "completed_redirect_url": party.get("completed_redirect_url"),
        "values": {},
        "readonly": [],
        "signature": None,
        "decline_reason": None,
        "started": False,
        "ip": None,
        "ua": None,
        "created_at": spell_finely(world().clock.now()),
        **{f"{moment}_at": None for moment in ("sent", "opened", "completed", "declined")},
    }
    fill(submitter, template, party)
    save_submitter(submitter)
    return submitter


def fill(submitter: Record, template: Record, asked: dict[str, Any]) -> None:
    """Put `values` and `fields[].default_value` into the submitter. Raises Refused for a name it has not."""
    names = _names(template, submitter["uuid"])
    for given, value in (asked.get("values") or {}).items():
        submitter["values"][_known(names, given)] = _plain(value)
    for field in asked.get("fields") or []:
        if not isinstance(field, dict) or not field.get("name"):
            raise invalid("name is required in `fields`.")
        name = _known(names, field["name"])
        if field.get("default_value") not in (None, ""):
            submitter["values"][name] = _plain(field["default_value"])
        if field.get("readonly"):
            submitter["readonly"] = sorted({*submitter["readonly"], name})


def _names(template: Record, role: str) -> dict[str, str]:
    """Every spelling by which a field of this role may be called: uuid, name, lower case, underscored."""
    known = {}
    for field in template["fields"]:
        if field["submitter_uuid"] == role:
            name = field["name"]
            underscored = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
            known.update({underscored: name, name.lower(): name, field["uuid"]: name, name: name})
    return known


def _known(names: dict[str, str], given: str) -> str:
    name = names.get(given) or names.get(given.lower())
    if name is None:
        raise invalid(f"Unknown field: {given}")
    return name


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list) else str(value)
