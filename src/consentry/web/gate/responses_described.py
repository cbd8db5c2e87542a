"""What `/v1/responses` takes and gives at the gate, field by field, for the manual."""

from __future__ import annotations

from consentry.web.describe import Schema, flag, gives, needs, number, several, takes, text, thing
from consentry.web.gate.images_described import PLACE

_TOOL = thing(
    {
        "type": text("The one tool there is.", enum=["image_generation"]),
        "action": text("Whether to make or to change an image.", enum=["auto", "generate", "edit"]),
        "size": text("Its size.", default="auto"),
        "model": text("Passed on to the generator."),
        "quality": text("Passed on to the generator."),
        "background": text("Passed on to the generator."),
        "output_format": text("Passed on to the generator; SVG cannot be judged."),
        "output_compression": text("Passed on to the generator."),
        "input_fidelity": text("Passed on to the generator."),
        "input_image_mask": thing({"image_url": text("Where to change it.")}),
    },
    ("type",),
    additionalProperties=False,
)

RESPONSE: Schema = {
    **needs("gate"),
    **PLACE,
    **takes(
        "What to make, and what was said before.",
        json=thing(
            {
                "input": text("What to show, in words; or a list of messages with text and images."),
                "instructions": text("What else to heed. It is judged with the rest."),
                "previous_response_id": text("A response of ours to go on from, for the same user."),
                "tools": several("The tool `image_generation`, and no other.", _TOOL, maxItems=1),
                "stream": flag("Answer as an event stream, held until everything is judged."),
                "user": text("Your name for the end user. A digest of it is kept, never the name."),
                "safety_identifier": text("The same, under its newer name."),
            },
            ("input", "tools"),
        ),
    ),
}
"""What the route takes."""

_CALL = thing(
    {
        "id": text("The call."),
        "type": text("`image_generation_call`."),
        "status": text("Whether there is an image.", enum=["completed", "failed"]),
        "result": {"type": ["string", "null"], "description": "The file, in base64."},
        "error": {"type": ["object", "null"], "description": "Why there is none, with `moderation_details`."},
    }
)

RESPONSES: dict[int | str, Schema] = {
    200: gives(
        "One call of the tool: an image that was judged, or why there is none.",
        thing(
            {
                "id": text("The response."),
                "status": text("`completed`, also if the call failed."),
                "output": several("The call.", _CALL),
                "consentry": thing(
                    {
                        "decision": text("The decision, to quote."),
                        "log_index": number("Its line in the log."),
                        "labels": several("What the image must be shown with.", text("A sentence.")),
                        "publish": text(
                            "Whether a platform may post it by itself: never what concerns a person.",
                            enum=["private", "as_asked"],
                        ),
                    },
                    description="What the answer rests on.",
                ),
            }
        ),
    )
}
"""What the route gives."""
