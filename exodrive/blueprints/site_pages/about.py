"""Who the house is, in its own words."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from exodrive.blueprints.site_pages import texts
from exodrive.blueprints.site_pages.blueprint import site
from exodrive.fleet import queries as fleet
from exodrive.house import opening
from exodrive.house import queries as houses
from exodrive.kernel.db import transaction


@site.get("/about")
def about() -> ResponseReturnValue:
    """The page; for staff with `?preview=1` with their draft."""
    with transaction():
        said = texts.words("about")["about"]
        house, car = houses.house(), fleet.featured()
    return texts.page("site/about.html", said=said, house=house, car=car, week=opening.week(house.hours))
