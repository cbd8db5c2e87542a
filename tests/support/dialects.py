"""Every dialect of the gate as one function: words and pictures in, an image or a refusal out."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import openai

from support.running import Running

TOOL = {"type": "image_generation", "size": "640x480"}


@dataclass
class Got:
    """What came back, whatever the dialect."""

    images: list[bytes] = field(default_factory=list)
    side: str = ""
    """`input` or `output` of a refusal."""
    categories: tuple[str, ...] = ()
    decision: str = ""
    code: str = ""
    text: str = ""
    """Everything that was said, to be searched."""


@dataclass(frozen=True)
class Say:
    """What is asked: `before` are earlier turns, each words and perhaps a picture."""

    words: str
    pictures: Sequence[bytes] = ()
    before: Sequence[tuple[str, str, bytes | None]] = ()
    """Role, words, picture."""


def url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def images_json(server: Running, say: Say) -> Got:
    body = {"prompt": say.words}
    if say.pictures:
        body["images"] = [{"image_url": url(data)} for data in say.pictures]
    with server.http("gate") as http:
        return _plain(http.post(f"/v1/images/{'edits' if say.pictures else 'generations'}", json=body))


def images_xai(server: Running, say: Say) -> Got:
    body: dict = {"prompt": say.words, "aspect_ratio": "4:3", "response_format": "b64_json"}
    if say.pictures:
        body["image"] = {"url": url(say.pictures[0]), "type": "image_url"}
    with server.http("gate") as http:
        return _plain(http.post(f"/v1/images/{'edits' if say.pictures else 'generations'}", json=body))


def images_form(server: Running, say: Say) -> Got:
    images = server.client().images
    try:
        if say.pictures:
            files = [(f"{at}.png", io.BytesIO(data)) for at, data in enumerate(say.pictures)]
            answer = images.edit(image=files, prompt=say.words)
        else:
            answer = images.generate(prompt=say.words, moderation="low")
    except openai.APIStatusError as error:
        return _error(error.body, error.response.text)
    decoded = [base64.b64decode(one.b64_json) for one in answer.data]
    return Got(decoded, decision=answer.consentry["decision"], text=answer.to_json())


def images_stream(server: Running, say: Say) -> Got:
    images = server.client().images
    try:
        if say.pictures:
            files = [(f"{at}.png", io.BytesIO(data)) for at, data in enumerate(say.pictures)]
            events = list(images.edit(image=files, prompt=say.words, stream=True, partial_images=3))
        else:
            events = list(images.generate(prompt=say.words, stream=True))
    except openai.APIError as error:
        return _error(error.body, str(error.body))
    text = "".join(event.to_json() for event in events)
    return Got([base64.b64decode(event.b64_json) for event in events], text=text)


def _input(say: Say) -> list:
    turns = [*say.before, *[("user", "", data) for data in say.pictures[1:]]]
    messages = [_message(role, words, data) for role, words, data in turns]
    first = say.pictures[0] if say.pictures else None
    return [*messages, _message("user", say.words, first)]


def _message(role: str, words: str, data: bytes | None) -> dict:
    kind = "output_text" if role == "assistant" else "input_text"
    parts: list = [{"type": kind, "text": words}]
    if data:
        parts.append({"type": "input_image", "image_url": url(data)})
    return {"role": role, "content": parts}


def responses(server: Running, say: Say) -> Got:
    try:
        answer = server.client().responses.create(input=_input(say), model="m", tools=[TOOL])
    except openai.APIStatusError as error:
        return _error(error.body, error.response.text)
    return _called(answer)


def responses_stream(server: Running, say: Say) -> Got:
    try:
        events = list(server.client().responses.create(input=_input(say), tools=[TOOL], stream=True))
    except openai.APIError as error:
        return _error(error.body, str(error.body))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    got = _called(events[-1].response)
    got.text = "".join(event.to_json() for event in events)
    return got


def _called(answer) -> Got:
    (call,) = answer.output
    assert call.type == "image_generation_call"
    if call.status == "completed":
        return Got([base64.b64decode(call.result)], text=answer.to_json())
    assert call.status == "failed"
    assert call.result is None
    details = call.error.moderation_details
    return Got(
        side=details.moderation_stage,
        categories=tuple(details.categories),
        decision=call.error.decision,
        code=call.error.code,
        text=answer.to_json(),
    )


def _messages(say: Say) -> list:
    return [
        {
            "role": message["role"],
            "content": [
                {"type": "text", "text": part["text"]}
                if "text" in part
                else {"type": "image_url", "image_url": {"url": part["image_url"]}}
                for part in message["content"]
            ],
        }
        for message in _input(say)
    ]


def chat(server: Running, say: Say) -> Got:
    client = server.client().chat.completions
    try:
        answer = client.create(model="m", messages=_messages(say), modalities=["image", "text"])
    except openai.APIStatusError as error:
        return _error(error.body, error.response.text)
    images = [one for choice in answer.choices for one in choice.message.images]
    return Got([_data(one) for one in images], text=answer.to_json())


def chat_stream(server: Running, say: Say) -> Got:
    client = server.client().chat.completions
    try:
        made = client.create(model="m", messages=_messages(say), modalities=["image"], stream=True)
        chunks = list(made)
    except openai.APIError as error:
        return _error(error.body, str(error.body))
    assert chunks[-1].choices[0].finish_reason == "stop"
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    images = [one for delta in deltas for one in getattr(delta, "images", None) or []]
    return Got([_data(one) for one in images], text="".join(chunk.to_json() for chunk in chunks))


def _data(image) -> bytes:
    return base64.b64decode(image["image_url"]["url"].partition(",")[2])


def gemini(server: Running, say: Say) -> Got:
    contents = []
    for message in _input(say):
        parts: list = []
        for part in message["content"]:
            if "text" in part:
                parts.append({"text": part["text"]})
            else:
                data = part["image_url"].partition(",")[2]
                parts.append({"inlineData": {"mimeType": "image/png", "data": data}})
        role = "model" if message["role"] == "assistant" else message["role"]
        contents.append({"role": role, "parts": parts})
    body = {"contents": contents, "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}}
    with server.http() as http:
        headers = {"x-goog-api-key": server.key("gate")}
        reply = http.post("/v1beta/models/painter-1:generateContent", json=body, headers=headers)
    if reply.status_code != 200:
        return _error(reply.json()["error"], reply.text)
    found = reply.json()
    parts = [part for one in found.get("candidates", []) for part in one.get("content", {}).get("parts", [])]
    if parts:
        shown = [part["inlineData"]["data"] for part in parts if "inlineData" in part]
        return Got([base64.b64decode(one) for one in shown], text=reply.text)
    blocked = found.get("promptFeedback", {}).get("blockReason")
    finished = [one["finishReason"] for one in found.get("candidates", [])]
    assert (blocked, finished) in [("IMAGE_SAFETY", []), (None, ["IMAGE_SAFETY"])]
    return _error(found["consentry"], reply.text)


def _plain(reply) -> Got:
    if reply.status_code != 200:
        return _error(reply.json()["error"], reply.text)
    found = reply.json()
    return Got([base64.b64decode(one["b64_json"]) for one in found["data"]], text=reply.text)


def _error(body, text: str) -> Got:
    details = body.get("moderation_details") or {}
    return Got(
        side=details.get("moderation_stage", ""),
        categories=tuple(details.get("categories", ())),
        decision=body.get("decision", ""),
        code=body["code"],
        text=text,
    )


Dialect = Callable[[Running, Say], Got]

TALKING: tuple[Dialect, ...] = (responses, responses_stream, chat, chat_stream, gemini)
"""Dialects in which a conversation can be told."""

DIALECTS: tuple[Dialect, ...] = (images_form, images_json, images_xai, images_stream, *TALKING)
"""Every dialect in which an image can be asked for."""
