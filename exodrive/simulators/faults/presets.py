"""Bad days that everybody knows, each one press of a button."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

Wish = MappingProxyType[str, Any]


@dataclass(frozen=True, slots=True)
class Preset:
    title: str
    words: str
    wishes: tuple[Wish, ...]


def _wish(provider: str, kind: str, **more: Any) -> Wish:
    return MappingProxyType({"provider": provider, "kind": kind, **more})


def _everywhere(kind: str, **more: Any) -> tuple[Wish, ...]:
    return tuple(_wish(provider, kind, **more) for provider in ("paypal", "docuseal", "resend"))


PRESETS: Final[dict[str, Preset]] = {
    "paypal-down": Preset(
        "PayPal is down",
        "Every call to PayPal fails with 503 until you remove it.",
        (_wish("paypal", "error", status=503),),
    ),
    "docuseal-down": Preset(
        "DocuSeal is down",
        "A proxy answers 502 for DocuSeal until you remove it.",
        (_wish("docuseal", "proxy_page", status=502),),
    ),
    "answers-lost": Preset(
        "Answers get lost after success",
        "Each provider does what it is asked, and about every third answer never arrives.",
        _everywhere("cut_after", chance=0.33),
    ),
    "mail-slow": Preset(
        "Mail is slow",
        "Resend takes five seconds for each call until you remove it.",
        (_wish("resend", "slow", seconds=5),),
    ),
    "webhooks-twice": Preset(
        "Webhooks arrive twice and out of order",
        "Every event comes twice, and every second one after the next.",
        (*_everywhere("duplicated", copies=2), *_everywhere("reordered", seconds=5)),
    ),
    "webhooks-lost": Preset(
        "Webhooks get lost",
        "No provider reports anything until you remove it.",
        _everywhere("lost"),
    ),
}
