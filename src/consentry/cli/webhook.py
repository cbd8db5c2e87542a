"""`consentry webhook`: secrets for a platform, and a signed message that tells whether it takes orders."""

from __future__ import annotations

from pathlib import Path

import click

from consentry.cli.common import plain_errors, settings_from, show
from consentry.core.errors import NotFound, UpstreamTrouble
from consentry.wiring import new_secret, open_webhooks, public_half, try_webhook

SAYS = {
    401: "It did not accept the signature. Do both sides have the same secret, and the right time?",
    403: "It did not accept the signature, or does not let us in.",
    404: "There is nothing at this address. Is `orders` right?",
    405: "It takes no POST at this address.",
    410: "It says that there is no such item; a test names none, so that it should answer 2xx.",
    429: "It has been asked too often. Lower `rate`.",
    501: "It does not know test messages. That is no harm: orders may work all the same.",
}
"""What an answer to a test most probably means."""

MOVED = range(300, 400)
"""Answers that lead elsewhere."""


@click.group()
def webhook() -> None:
    """Set up a platform that takes orders by webhook."""


@webhook.command(epilog="Example: consentry webhook secret")
@click.option("--ed25519", is_flag=True, help="A key pair in place of a shared secret.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def secret(ed25519: bool, as_json: bool) -> None:
    """Make a secret. It is shown once and kept nowhere."""
    made = new_secret(ed25519=ed25519)
    show({"secret": made, **({"public": public_half(made)} if ed25519 else {})}, as_json=as_json)


@webhook.command(epilog="Example: consentry webhook test harbour --platforms platforms.toml")
@click.argument("platform")
@click.option("--platforms", default=None, help="The file that names every platform.")
@click.option("--platform-networks", default=None, help="Networks of your own in which platforms may be.")
@click.option("--config", default=None, type=click.Path(path_type=Path), envvar="CONSENTRY_CONFIG")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def test(platform: str, as_json: bool, **options: object) -> None:
    """Send PLATFORM (its name, or the address it takes orders at) a signed message that changes nothing."""
    with open_webhooks(settings_from(options)) as webhooks:
        found = [one for one in webhooks.values() if platform in {one.name, one.orders}]
        if not found:
            raise NotFound(
                f"No platform that takes webhooks is called `{platform}`.",
                next_step=f"Registered are: {', '.join(webhooks) or 'none'}.",
            )
        reply = try_webhook(found[0])
    well = "It took the message." if reply.well else SAYS.get(reply.status, "It did not take the message.")
    if reply.status in MOVED:
        well = "It leads elsewhere, and an order follows no redirect. Put the last address into `orders`."
    show({"platform": found[0].name, "status": reply.status, "says": well}, as_json=as_json)
    if not reply.well:
        raise UpstreamTrouble(
            f"The platform answered {reply.status}.",
            code=f"answered_{reply.status}",
            next_step="Correct what is named above, and test again.",
        )
