"""Templates: list, show, rename, archive, clone.

https://www.docuseal.com/docs/api#templates
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.docuseal import agreement, notices
from exodrive.simulators.docuseal.access import Refused, invalid, json_body, page, switch
from exodrive.simulators.docuseal.documents import file_url
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import spell_finely
from exodrive.simulators.world import World, world

api = Blueprint("docuseal_templates", __name__)

TEMPLATE = "docuseal.template"
AUTHOR = {"id": 1, "first_name": "House", "last_name": "Desk", "email": "desk@house.example"}
FOLDER = "Default"


def seed(here: World) -> None:
    """Template 1, unless it is there from an earlier start."""
    with here.store.transaction():
        if here.store.get(TEMPLATE, 1) is None:
            here.store.number(TEMPLATE)
            here.store.put(TEMPLATE, 1, _agreement(spell_finely(here.clock.now())))


def _agreement(now: str) -> Record:
    document = str(uuid.uuid4())
    roles = [{"name": name, "uuid": str(uuid.uuid4())} for name in agreement.ROLES]
    names = [(name, "text") for section in agreement.SECTIONS for name in section.fields]
    fields = [_field(*one, roles[0], document, row) for row, one in enumerate([*names, *agreement.SIGNED])]
    for role in roles[1:]:
        fields += [_field(*one, role, document, row) for row, one in enumerate(agreement.SIGNED)]
    return {
        "id": 1,
        "slug": secrets.token_urlsafe(10),
        "name": agreement.NAME,
        "document": document,
        "fields": fields,
        "submitters": roles,
        "archived_at": None,
        "created_at": now,
        "updated_at": now,
        "source": "native",
        "external_id": None,
        "folder_name": FOLDER,
    }


def _field(name: str, kind: str, role: Record, document: str, row: int) -> Record:
    area = {"x": 0.1, "y": 0.05 + 0.02 * (row % 45), "w": 0.8, "h": 0.018, "page": row // 45}
    return {
        "uuid": str(uuid.uuid4()),
        "submitter_uuid": role["uuid"],
        "name": name,
        "type": kind,
        "required": kind == "signature",
        "preferences": {"format": "YYYY-MM-DD"} if kind == "date" else {},
        "areas": [{**area, "attachment_uuid": document}],
    }


def load(template_id: int | str) -> Record:
    found = world().store.get(TEMPLATE, template_id)
    if found is None:
        raise Refused(404, "Template not found")
    return found


def brief(template: Record) -> Record:
    """How a submission names its template."""
    names = ("id", "name", "external_id", "folder_name", "created_at", "updated_at")
    return {name: template[name] for name in names}


def document(template: Record) -> Record:
    """A template as the API shows it."""
    shown = {
        name: template[name]
        for name in ("id", "slug", "name", "fields", "submitters", "archived_at", "created_at", "updated_at")
    }
    url = file_url(f"blank:{template['id']}", f"{template['name']}.pdf")
    attachment = {
        "id": template["id"],
        "uuid": template["document"],
        "url": url,
        "preview_image_url": url,
        "filename": f"{template['name']}.pdf",
    }
    return {
        **shown,
        "preferences": {},
        "schema": [{"attachment_uuid": template["document"], "name": template["name"]}],
        "author_id": AUTHOR["id"],
        "source": template["source"],
        "external_id": template["external_id"],
        "folder_id": 1,
        "folder_name": template["folder_name"],
        "shared_link": False,
        "author": AUTHOR,
        "documents": [attachment],
    }


@api.get("/templates")
def list_templates() -> ResponseReturnValue:
    asked = request.args
    found = [
        one
        for one in world().store.find(TEMPLATE)
        if bool(one["archived_at"]) == switch("archived")
        and asked.get("q", "").lower() in one["name"].lower()
        and asked.get("slug", one["slug"]) == one["slug"]
        and asked.get("external_id", one["external_id"]) == one["external_id"]
        and asked.get("folder", one["folder_name"]) == one["folder_name"]
    ]
    shown, pagination = page(found)
    return {"data": [document(one) for one in shown], "pagination": pagination}


@api.get("/templates/<int:template_id>")
def show(template_id: int) -> ResponseReturnValue:
    return document(load(template_id))


@api.put("/templates/<int:template_id>")
def change(template_id: int) -> ResponseReturnValue:
    template, body = load(template_id), json_body()
    body = body.get("template", body)
    now = spell_finely(world().clock.now())
    for name in ("name", "folder_name"):
        if body.get(name):
            template[name] = body[name]
    for role, name in zip(template["submitters"], body.get("roles", []), strict=False):
        role["name"] = name
    if "archived" in body:
        template["archived_at"] = now if body["archived"] else None
    _save(template)
    notices.send("template.updated", document(template))
    return {"id": template["id"], "updated_at": template["updated_at"]}


@api.delete("/templates/<int:template_id>")
def archive(template_id: int) -> ResponseReturnValue:
    template = load(template_id)
    if switch("permanently"):
        world().store.delete(TEMPLATE, template_id)
        return {"id": template_id, "archived_at": template["archived_at"]}
    template["archived_at"] = spell_finely(world().clock.now())
    _save(template)
    notices.send("template.archived", document(template))
    return {"id": template_id, "archived_at": template["archived_at"]}


@api.post("/templates/<int:template_id>/clone")
def clone(template_id: int) -> ResponseReturnValue:
    original, body = load(template_id), json_body() if request.get_data() else {}
    external_id: Any = body.get("external_id")
    if external_id and world().store.find(TEMPLATE, external_id=external_id):
        raise invalid("external_id has been already taken")
    copy = {
        **original,
        "id": world().store.number(TEMPLATE),
        "slug": secrets.token_urlsafe(10),
        "name": body.get("name") or f"{original['name']} (Clone)",
        "external_id": external_id,
        "folder_name": body.get("folder_name") or original["folder_name"],
        "created_at": spell_finely(world().clock.now()),
        "source": "api",
        "archived_at": None,
    }
    _save(copy)
    notices.send("template.created", document(copy))
    return document(copy)


def _save(template: Record) -> None:
    template["updated_at"] = spell_finely(world().clock.now())
    world().store.put(TEMPLATE, template["id"], template)
