"""Consents and registrations, field by field, for the manual and for generated clients."""

from __future__ import annotations

from consentry.core.consent import LONGEST, Use
from consentry.flows.consent import MAX_INPUTS, MAX_TEXT
from consentry.flows.optout import MOST
from consentry.web.describe import Schema, flag, gives, needs, number, several, takes, text, thing

_TIME = {"type": "string", "format": "date-time"}

_HASH = thing(
    {
        "sha256": text("SHA-256 of the file, hexadecimal."),
        "pdq": text("PDQ hash of the picture, hexadecimal."),
        "quality": number("PDQ quality; below 50 only the very same file is known again.", maximum=100),
    },
    additionalProperties=False,
)

_PICTURES = several("Picture files as `data:` URLs. They are hashed and not kept.", text("A `data:` URL."))

_HASHES = several("Hashes made elsewhere, such as on the person's own device.", _HASH)

CONSENT: Schema = needs("consent") | takes(
    "What the person depicted agreed to.",
    json=thing(
        {
            "person": text("A pseudonymous name of the person.", maxLength=MAX_TEXT),
            "account": text("The gate's key, by its id, that alone may rely on it.", maxLength=MAX_TEXT),
            "user": text("That key's end user, as sent in `user`; only a digest is kept."),
            "use": text("The only use.", enum=[use.value for use in Use]),
            "adult": flag("That somebody verified that the person is an adult."),
            "days": number("For how long.", minimum=1, maximum=LONGEST.days),
            "evidence": text("Where the proof of the agreement is kept.", maxLength=MAX_TEXT),
            "routes": several("Entry points, such as `images.edits`; none: all.", text("A route.")),
            "pictures": _PICTURES | {"maxItems": MAX_INPUTS},
            "hashes": _HASHES | {"maxItems": MAX_INPUTS},
        },
        ("person", "account", "use", "adult", "days", "evidence"),
        additionalProperties=False,
    ),
)
"""What recording a consent takes."""

_SHOWN: Schema = {
    "reference": text("What a request names in `Consentry-Consent`."),
    "account": text("The only account that may rely on it."),
    "use": text("The only use."),
    "routes": several("Entry points it is for; none: all.", text("A route.")),
    "inputs": number("How many pictures it is for; 0: words alone."),
    "given": _TIME | {"description": "When it was recorded."},
    "expires": _TIME | {"description": "When it ends by itself."},
    "withdrawn": {"type": ["string", "null"], "description": "When it was taken back."},
    "evidence": text("Where the proof is kept."),
}

SHOWN: dict[int | str, Schema] = {200: gives("The consent.", thing(_SHOWN))}
"""What showing a consent answers."""

GIVEN: dict[int | str, Schema] = {
    201: gives(
        "The consent, and the person's passphrase.",
        thing(
            {
                **_SHOWN,
                "passphrase": text("Six words for the person depicted. They are shown this once."),
                "keep_this": text("What the passphrase is for."),
                "log_index": number("Its line in the log."),
            }
        ),
    )
}
"""What recording a consent answers."""

WITHDRAWN: dict[int | str, Schema] = {
    200: gives(
        "It counts no longer.",
        thing({"reference": text("The consent."), "withdrawn": _TIME | {"description": "Since when."}}),
    )
}
"""What a withdrawal answers."""

OPT_OUT: Schema = takes(
    "Pictures, or hashes of them.",
    json=thing(
        {"pictures": _PICTURES | {"maxItems": MOST}, "hashes": _HASHES | {"maxItems": MOST}},
        additionalProperties=False,
    ),
)
"""What a registration takes."""

REGISTERED: dict[int | str, Schema] = {
    201: gives(
        "It counts from the next request on.",
        thing(
            {
                "reference": text("The registration's name."),
                "passphrase": text("Six words. They are shown this once."),
                "keep_this": text("What the passphrase is for."),
                "pictures": number("How many are registered."),
                "only_by_file": number("How many are known again only as the very same file."),
                "log_index": number("Its line in the log."),
            }
        ),
    )
}
"""What a registration answers."""

TAKEN_BACK: dict[int | str, Schema] = {
    200: gives(
        "The pictures may be worked on again.",
        thing({"reference": text("The registration."), "pictures": number("How many it held.")}),
    )
}
"""What taking a registration back answers."""
