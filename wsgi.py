"""The web app, for gunicorn and for `flask`."""

from exodrive.app import create_app

app = create_app()
