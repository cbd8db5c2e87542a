"""The gate's requests and answers, field by field, for the manual and for generated clients."""

from __future__ import annotations

from consentry.web.describe import Schema, flag, gives, needs, number, picture, several, takes, text, thing

_ASKED: Schema = {
    "prompt": text("What to show, in words.", maxLength=32_000),
    "n": number("How many images.", minimum=1, maximum=10, default=1),
    "size": text("Their size.", default="auto", examples=["1024x1024"]),
    "model": text("Passed on to the generator."),
    "quality": text("Passed on to the generator."),
    "background": text("Passed on to the generator."),
    "style": text("Passed on to the generator."),
    "output_format": text("Passed on to the generator; SVG cannot be judged.", examples=["png"]),
    "output_compression": text("Passed on to the generator."),
    "frame_count": number("Passed on to the generator; every frame of an animation is judged."),
    "frame_duration_ms": number("Passed on to the generator."),
    "aspect_ratio": text("Passed on to a generator that speaks xAI's dialect."),
    "resolution": text("Passed on to a generator that speaks xAI's dialect."),
    "stream": flag("Answer as an event stream. Nothing but comments is sent until everything is judged."),
    "user": text("Your name for the end user. A digest of it is kept, never the name."),
    "safety_identifier": text("The same, under its newer name."),
}
"""Settings of both routes."""

_DATA_URL = text("A picture as a `data:` URL in base64, or by an address whose host the operator allows.")

_FIDELITY: Schema = {"input_fidelity": text("Passed on to the generator.")}

PLACE: Schema = {
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": says,
            "schema": {"type": "string"},
        }
        for name, says in (
            ("Consentry-Place", "Where the end user is, as a jurisdiction code such as `gb`."),
            ("Consentry-Consent", "A recorded consent of the person depicted, by its identifier."),
        )
    ]
}
"""Headers of both routes."""

GENERATION: Schema = {
    **needs("gate"),
    **PLACE,
    **takes("What to make.", json=thing(_ASKED, ("prompt",), additionalProperties=False)),
}
"""What a generation takes."""

EDIT: Schema = {
    **needs("gate"),
    **PLACE,
    **takes(
        "What to change, and at least one picture: as a form, or as JSON.",
        multipart=thing(
            {
                "image": several("Up to 16 pictures, also as `image[]`.", picture("A picture file.")),
                "mask": picture("Where to change it."),
                "markup": picture("What was drawn over the first picture."),
                **_ASKED,
                **_FIDELITY,
            },
            ("image", "prompt"),
            additionalProperties=False,
        ),
        json=thing(
            {
                "images": several("Up to 16 pictures.", thing({"image_url": _DATA_URL}, ("image_url",))),
                "image": {**_DATA_URL, "description": "One picture, as a `data:` URL in base64."},
                "mask": {**_DATA_URL, "description": "Where to change it, in the same way."},
                "markup": {**_DATA_URL, "description": "What was drawn over it, in the same way."},
                **_ASKED,
                **_FIDELITY,
            },
            ("prompt",),
            additionalProperties=False,
        ),
    ),
}
"""What an edit takes."""

RELEASED: dict[int | str, Schema] = {
    200: gives(
        "Images that were judged, and what that rests on.",
        thing(
            {
                "created": number("When, in seconds since 1970."),
                "data": several(
                    "The images.",
                    thing(
                        {
                            "b64_json": text("The file, in base64."),
                            "revised_prompt": text("What the generator made of the prompt, if it says so."),
                        }
                    ),
                ),
                "output_format": text("The kind of file."),
                "consentry": thing(
                    {
                        "decision": text("The decision, to quote."),
                        "log_index": number("Its line in the log."),
                        "labels": several("What the images must be shown with.", text("A sentence.")),
                        "publish": text(
                            "Whether a platform may post them by itself: never what concerns a person.",
                            enum=["private", "as_asked"],
                        ),
                    },
                    description="What the release rests on.",
                ),
            }
        ),
    )
}
"""What both routes answer when something is released."""
