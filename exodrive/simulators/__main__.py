"""`python -m exodrive.simulators --port N`: the three providers on one port, until interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from exodrive.simulators.server import running


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. Each option has its environment variable, `SIMULATORS_` + its name."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with running(
            host=options.host,
            port=options.port,
            public_url=options.public_url,
            state_path=options.state,
            record=options.record,
            webhooks_paypal=options.webhooks_paypal,
            webhooks_docuseal=options.webhooks_docuseal,
            webhooks_resend=options.webhooks_resend,
        ) as simulators:
            print(f"Simulators of PayPal, DocuSeal and Resend: {simulators.url}", flush=True)
            stop.wait()
    except OSError as error:
        print(f"The simulators cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exodrive.simulators", description=main.__doc__)
    environ = os.environ.get
    parser.add_argument("--host", default=environ("SIMULATORS_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(environ("SIMULATORS_PORT", "8100")))
    parser.add_argument("--public-url", default=environ("SIMULATORS_PUBLIC_URL"))
    parser.add_argument("--state", default=environ("SIMULATORS_STATE"), help="file that keeps the state")
    parser.add_argument("--record", help="file to append the exchanges with the APIs to")
    for provider in ("paypal", "docuseal", "resend"):
        parser.add_argument(f"--webhooks-{provider}", help=f"address that gets {provider}'s webhooks")
    return parser


if __name__ == "__main__":
    sys.exit(main())
