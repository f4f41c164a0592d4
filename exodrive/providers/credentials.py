"""How a request says who we are.

Each way is an auth object, because `requests` lets a `.netrc` file of the machine win over a bare header.
"""

from __future__ import annotations

import requests
from requests.auth import AuthBase


class Bearer(AuthBase):
    """An `Authorization: Bearer` header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Unsigned(AuthBase):
    """No credentials: for files fetched by a link that carries its own, and for public certificates."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class HeaderKey(AuthBase):
    """An API key in a header of the provider's own."""

    def __init__(self, header: str, key: str) -> None:
        self._header = header
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._header] = self._key
        return request
