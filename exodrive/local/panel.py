"""What the screen shows once the house is open: where to go and how to get in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def show(environment: Mapping[str, str], *, sign_in: tuple[str, str] | None, seconds: float) -> None:
    """Print the addresses; `sign_in` is the e-mail and password of the demo house's owner."""
    lines = list(_lines(environment, sign_in))
    width = max(len(name) for name, _ in lines)
    print(f"\n  ExoDrive is open ({seconds:.0f} s)\n", flush=True)
    for name, value in lines:
        print(f"    {name:<{width}}  {value}")
    print("\n  Ctrl-C stops it. Everything is kept, and the next start takes it up again.\n", flush=True)


def _lines(environment: Mapping[str, str], sign_in: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
    house = environment["PUBLIC_URL"].rstrip("/")
    yield "The house", f"{house}/"
    yield "The desk", f"{house}/desk"
    if sign_in is not None:
        yield "", f"sign in as {sign_in[0]} with the password {sign_in[1]}"
    simulators = environment.get("SIMULATORS_URL")
    if simulators:
        yield "Mailbox", f"{simulators}/resend/mailbox"
        yield "PayPal", f"{simulators}/paypal/payments"
        yield "DocuSeal", f"{simulators}/docuseal/submissions"
        yield "", "These three are simulated: no money moves and no mail leaves this machine."
