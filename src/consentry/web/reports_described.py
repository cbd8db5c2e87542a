"""Reports and what is answered to them, field by field, for the manual and for generated clients."""

from __future__ import annotations

from consentry.core.case import CaseState, CopyState
from consentry.core.message import MAX_MESSAGE, Side
from consentry.core.report import (
    MAX_HASHES,
    MAX_LINE,
    MAX_PLACES,
    MAX_QUALITY,
    MAX_TEXT,
    MAX_URL,
    Standing,
    Under18,
    Why,
)
from consentry.web.comeback import WORDS
from consentry.web.describe import Schema, flag, gives, number, several, takes, text, thing

_FORM = thing(
    {
        "standing": text("Who reports.", enum=[each.value for each in Standing]),
        "under18": text("Whether the person was, or looks, under 18.", enum=[each.value for each in Under18]),
        "urls": several(
            "Where the picture is; may be left out if `where` or `hashes` says it.",
            text("A web address.", maxLength=MAX_URL),
            maxItems=MAX_PLACES,
        ),
        "statement": text("Why it should go, in your own words.", maxLength=MAX_TEXT),
        "declares_intimate": flag("That it is an intimate image, shown without consent."),
        "good_faith": flag("That you believe in good faith what you say."),
        "signature": text("Your name as your signature.", maxLength=MAX_LINE),
        "contact": text("Where to write to you, if you like.", maxLength=MAX_LINE),
        "place": text("Where you are, as a jurisdiction code such as `gb`."),
        "where": text("Where the picture is, in words.", maxLength=MAX_TEXT),
        "hashes": several(
            "Pictures hashed on your own device; they find candidates for a person to look at.",
            thing(
                {
                    "pdq": text("Its PDQ hash.", pattern="^[0-9a-f]{64}$"),
                    "quality": number("Its PDQ quality.", minimum=0, maximum=MAX_QUALITY),
                },
                ("pdq", "quality"),
                additionalProperties=False,
            ),
            maxItems=MAX_HASHES,
        ),
        "why": text("Why it should not be there.", enum=[each.value for each in Why]),
        "language": text("The language you read, such as `cy`."),
        "may_write": flag("Whether it is safe to write to `contact`."),
    },
    ("standing", "under18", "statement", "declares_intimate", "good_faith", "signature"),
    additionalProperties=False,
)

_MORE = thing(
    {
        **WORDS,
        "urls": several("More places.", text("A web address.", maxLength=MAX_URL)),
    },
    ("passphrase", "urls"),
)

_MESSAGE = thing(
    {**WORDS, "text": text("What you write; empty to read only.", maxLength=MAX_MESSAGE)},
    ("passphrase",),
)

_TIME = text("A moment in UTC.", format="date-time")

REPORT: Schema = takes("The report. There is no picture in it.", json=_FORM)
"""What a report is."""

MORE: Schema = takes("More places where the picture is.", json=_MORE)
"""What is asked of somebody who names more places."""

MESSAGE: Schema = takes("The passphrase, and what to write.", json=_MESSAGE)
"""What is asked of somebody who writes or reads messages."""

MESSAGES: dict[int | str, Schema] = {
    200: gives(
        "Every message, in the order written.",
        thing(
            {
                "messages": several(
                    "Each message.",
                    thing(
                        {
                            "from": text("Who wrote.", enum=[each.value for each in Side]),
                            "at": _TIME | {"description": "When."},
                            "text": text("What; empty once it was erased."),
                        }
                    ),
                )
            }
        ),
    )
}
"""What is answered with messages."""

_FILE = thing(
    {
        "kind": text("That it is a receipt, and in which form."),
        "index": number("The line's place in the log."),
        "record": thing({}, description="What the line says of the report: facts and times."),
        "salt": text("What the line's commitment is salted with, hexadecimal."),
        "leaf": text("The line itself, in base64."),
        "path": several("The audit path, from the leaf up.", text("A hash, in base64.")),
        "checkpoint": text("The signed note that the path leads to."),
        "key": text("The log's verifier key, as the server tells it."),
        "sums": thing({}, description="A sum of each part, so that a slip is named."),
    }
)

FILE: dict[int | str, Schema] = {
    200: gives("A line of the log with its salt, the path to the log's root, and the signed root.", _FILE)
}
"""The receipt."""

RECEIPT: dict[int | str, Schema] = {
    201: gives(
        "The receipt.",
        thing(
            {
                "reference": text("The case's reference."),
                "passphrase": text("Six words. They are shown this once."),
                "keep_this": text("What the passphrase is for."),
                "received": _TIME | {"description": "When the clock began."},
                "decided_by": _TIME | {"description": "When it must be decided at the latest."},
                "clocks": several(
                    "Every law that sets a time.",
                    thing(
                        {
                            "law": text("Its citation."),
                            "due": _TIME | {"description": "When its time is over."},
                            "advisory": flag("Whether it only advises."),
                        }
                    ),
                ),
                "proof": thing(
                    {
                        "decision": text("The decision to take the report on."),
                        "log_index": number("Its line in the log."),
                        "checkpoint": text("The log's signed checkpoint at that time."),
                    },
                    description="That it was received, for anybody to verify.",
                ),
                "receipt": _FILE | {"description": "Keep it: it proves when the clock began, anywhere."},
            }
        ),
    )
}
"""What a report is answered with."""

STATUS: dict[int | str, Schema] = {
    200: gives(
        "Facts with times.",
        thing(
            {
                "reference": text("The case's reference."),
                "state": text("How far it is.", enum=[each.value for each in CaseState]),
                "received": _TIME | {"description": "When the clock began."},
                "decided_by": _TIME | {"description": "When it must be decided at the latest."},
                "clock_stopped": {
                    "type": ["string", "null"],
                    "description": "When every copy was proved gone.",
                },
                "person_first": flag("Whether a person looks before more is hidden. The clock runs on."),
                "refused_because": {"type": ["string", "null"], "description": "The ground, if refused."},
                "copies": thing(
                    {
                        "found": number("Copies found."),
                        "hidden": number("Copies hidden."),
                        "gone": number("Copies proved gone."),
                    },
                    description="How many copies there are.",
                ),
                "timeline": several(
                    "Each copy.",
                    thing(
                        {
                            "where": text("Its address."),
                            "found_by": text("How it was found."),
                            "state": text("How far it is.", enum=[each.value for each in CopyState]),
                            "hidden": {"type": ["string", "null"], "description": "When it was hidden."},
                            "gone": {"type": ["string", "null"], "description": "When it was proved gone."},
                        }
                    ),
                ),
            }
        ),
    )
}
"""What became of it."""

WITHDRAWN: dict[int | str, Schema] = {
    200: gives(
        "It was taken back.",
        thing({"reference": text("The case's reference."), "state": text("How far it is.")}),
    )
}
"""What a withdrawal is answered with."""
