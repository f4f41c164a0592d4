"""A browser at the desk: reads pages as a person does, and sends the forms that stand on them."""

from __future__ import annotations

from contextvars import Context
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.frame.html import Page

HTMX = {"HX-Request": "true"}


class Line:
    """The way to the app from outside: no context of the test's, and so nobody else's session, goes along."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def open(self, address: str, **request: Any) -> TestResponse:
        return Context().run(self._client.open, address, **request)

    def get(self, address: str, **request: Any) -> TestResponse:
        return self.open(address, method="GET", **request)

    def post(self, address: str, **request: Any) -> TestResponse:
        return self.open(address, method="POST", **request)


class Browser:
    """One person's browser. Every whole page it is shown is checked."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = Line(client)

    def get(self, address: str, *, status: int = 200) -> str:
        return self.read(self.client.get(address), status=status)

    def fragment(self, address: str, *, status: int = 200) -> str:
        """What htmx gets there."""
        answer = self.client.get(address, headers=HTMX)
        assert answer.status_code == status, answer.text[:500]
        assert "<!doctype" not in answer.text
        assert "HX-Request" in answer.headers["Vary"]
        return answer.text

    def read(self, answer: TestResponse, *, status: int = 200) -> str:
        assert answer.status_code == status, (answer.status_code, answer.text[:2000])
        text = answer.text
        assert Page(text).faults == []
        assert "<title>" in text
        return text

    def send(self, page: str, action: str, **typed: Any) -> TestResponse:
        """Fill and send the form of this page whose address ends with `action`."""
        form = next(form for form in Forms.of(page) if form.action.partition("?")[0].endswith(action))
        data = {**form.fields, **{name.replace("__", "-"): value for name, value in typed.items()}}
        return self.client.post(form.action, data=data, content_type=form.enctype)

    def do(self, address: str, **typed: Any) -> str:
        """Open a page with one form of its own, send it, and follow to where it leads."""
        answer = self.send(self.get(address), address, **typed)
        assert answer.status_code == 303, (answer.status_code, answer.text[:3000])
        return self.get(answer.headers["Location"])

    def sign_in(self, email: str, password: str) -> TestResponse:
        return self.send(self.get("/desk/login"), "/desk/login", email=email, password=password)


class Form:
    def __init__(self, attrs: dict[str, str | None]) -> None:
        self.action = attrs.get("action") or ""
        self.posted = (attrs.get("method") or "").lower() == "post"
        self.enctype = attrs.get("enctype") or "application/x-www-form-urlencoded"
        self.fields: dict[str, Any] = {}

    def add(self, name: str, value: str) -> None:
        before = self.fields.get(name)
        self.fields[name] = value if before is None else [*_list(before), value]


class Forms(HTMLParser):
    """The forms of a page with what a browser would send of them untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._textarea = ""

    @classmethod
    def of(cls, page: str) -> list[Form]:
        parser = cls()
        parser.feed(page)
        return parser.forms

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        attrs = dict(found)
        if tag == "form":
            self._open = Form(attrs)
            self.forms.append(self._open)
        if self._open is None:
            return
        name = attrs.get("name") or ""
        if tag == "input" and name and attrs.get("type") != "file" and "disabled" not in attrs:
            if attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs:
                self._open.add(name, attrs.get("value") or "")
        elif tag == "select":
            self._select = name
        elif (
            tag == "option"
            and self._select
            and ("selected" in attrs or self._select not in self._open.fields)
        ):
            self._open.fields[self._select] = attrs.get("value") or ""
        elif tag == "textarea":
            self._textarea = name
            self._open.fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._open is not None:
            self._open.fields[self._textarea] += data.lstrip("\r\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
