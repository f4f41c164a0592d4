"""The page function: whole for a browser, a block for htmx."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.frame.html import Page

HTMX = {"HX-Request": "true"}


def test_a_browser_gets_the_whole_page(client: FlaskClient) -> None:
    answer = client.get("/list")
    assert answer.status_code == 200
    assert "<title>List · Desk</title>" in answer.text
    assert "HX-Request" in answer.headers["Vary"]
    assert Page(answer.text).faults == []


def test_htmx_gets_the_block_and_those_beside_it(client: FlaskClient) -> None:
    answer = client.get("/list", headers=HTMX)
    page = Page(answer.text)
    assert [tag for tag, _ in page.elements][:2] == ["tbody", "tr"]
    assert page.by_id("more")["hx-swap-oob"] == "true"
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["Vary"]


def test_boosted_links_and_history_restores_get_the_whole_page(client: FlaskClient) -> None:
    for header in ("HX-Boosted", "HX-History-Restore-Request"):
        assert "<html" in client.get("/list", headers={**HTMX, header: "true"}).text


def test_a_toast_comes_with_the_page_or_beside_the_fragment(client: FlaskClient) -> None:
    assert "Held for you." in client.get("/list?flash=1").text
    fragment = client.get("/list?flash=1", headers=HTMX).text
    assert 'hx-swap-oob="beforeend:#toasts"' in fragment
    assert "Held for you." in fragment
    assert "toasts" not in client.get("/list", headers=HTMX).text


def test_a_faulty_form_comes_back_with_its_faults(client: FlaskClient) -> None:
    answer = _post_form(client, {"email": "a@b.example", "place": "house", "way": "a"})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#renter_form"
    assert page.faults == []
    assert "Two things need a look" in answer.text
    assert "#name" in [link.get("href") for link in page.all("a")]
    assert page.by_id("name")["aria-invalid"] == "true"
    assert page.by_id("name")["aria-describedby"] == "name-hint name-error"
    assert page.by_id("name")["autocomplete"] == "name"
    assert page.by_id("email")["aria-describedby"] == "email-hint"
    assert "aria-invalid" not in page.by_id("email")
    assert page.by_id("email")["value"] == "a@b.example"  # nothing typed is lost


def test_a_faultless_form_has_no_summary(client: FlaskClient) -> None:
    answer = client.get("/form")
    assert Page(answer.text).faults == []
    assert 'class="errors"' not in answer.text
    assert "aria-invalid" not in answer.text


def test_a_form_without_its_token_is_told_so(client: FlaskClient) -> None:
    answer = client.post("/form", data={"name": "Maya"})
    assert answer.status_code == 400
    assert "open for too long" in answer.text


def test_every_macro_renders_well_formed_and_escaped(client: FlaskClient) -> None:
    answer = client.get("/parts")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.faults == []
    assert "Free from &lt;Monday&gt;" in answer.text
    assert page.by_id("hold")["data-hold"] == "61"
    assert page.by_id("rail")["hx-get"] == "/parts"


def test_navigation_shows_only_pages_that_exist(client: FlaskClient) -> None:
    assert "The fleet" not in client.get("/parts").text


def test_the_sandbox_shows_itself_on_every_page(client: FlaskClient) -> None:
    assert "Sandbox" not in client.get("/list").text
    client.application.config["SANDBOX"] = True
    for path in ("/list", "/parts", "/nowhere"):
        assert "Sandbox" in client.get(path).text


def test_the_chosen_appearance_stays(client: FlaskClient) -> None:
    assert 'data-bs-theme="system"' in client.get("/list").text
    token = _token(client)
    answer = client.post(
        "/appearance",
        data={"theme": "dark", "csrf_token": token},
        headers={"Referer": "http://localhost/list?page=2"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/list?page=2")
    assert 'data-bs-theme="dark"' in client.get("/list").text
    away = client.post(
        "/appearance",
        data={"theme": "light", "csrf_token": token},
        headers={"Referer": "http://elsewhere.example/list"},
    )
    assert away.headers["Location"] == "/"
    assert client.post("/appearance", data={"theme": "pink", "csrf_token": token}).status_code == 400


def _post_form(client: FlaskClient, data: dict[str, str]):  # type: ignore[no-untyped-def]
    return client.post("/form", data={**data, "csrf_token": _token(client)}, headers=HTMX)


def _token(client: FlaskClient) -> str:
    page = Page(client.get("/form").text)
    return next(field["value"] or "" for field in page.all("input") if field.get("name") == "csrf_token")
