"""The shop window: what search engines, links in messages and home screens are told of the house.

Only open pages stand in it. A view of the fleet by dates or filters is somebody's question and not a page to
be found; everything else says that it wants no place in any index.
"""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints.window import heads, linked_data, sitemap, views

__all__ = ["init_app", "sitemap"]


def init_app(app: Flask) -> None:
    """Register the addresses that robots ask for, and what templates need for their heads."""
    app.register_blueprint(views.window)
    app.after_request(heads.keep_out)
    app.jinja_env.globals.update(
        seen=heads.seen,
        linked_data=linked_data.script,
        rental_house=linked_data.rental_house,
        product=linked_data.product,
        breadcrumbs=linked_data.breadcrumbs,
        faq=linked_data.faq,
    )
