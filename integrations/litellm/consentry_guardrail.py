"""A LiteLLM guardrail that has Consentry judge every image request and every image made of it.

LiteLLM's own guardrail interface hands over the words alone. The native hooks used here also see
the pictures that come in and those that were made; what they cannot see is refused and not let
through: streams, edits that name their pictures in JSON, images in chats and in responses. For
those put Consentry itself in front. This file needs nothing but LiteLLM and Python:

    guardrails:
      - guardrail_name: consentry
        litellm_params:
          guardrail: consentry_guardrail.ConsentryGuardrail
          mode: [pre_call, post_call]
          default_on: true
          consentry_url: http://127.0.0.1:8321
          consentry_key: os.environ/CONSENTRY_GATE_KEY
"""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_guardrail import CustomGuardrail

MAKING = frozenset({"image_generation", "aimage_generation", "image_edit", "aimage_edit"})
"""Calls whose pictures can be seen on both sides, by LiteLLM's names."""

KEPT = "consentry"
"""Under which name a request carries its token between the two hooks: LiteLLM logs it, so it is no more."""

MAX_WAITING = 1_000
"""Most cleared requests that are remembered while their images are made; the oldest is forgotten first."""

SECONDS = 120.0
"""Longest wait for Consentry, in seconds."""


class ConsentryGuardrail(CustomGuardrail):  # type: ignore[misc]  # LiteLLM is not there when types are checked
    """Asks before a call, and again after it; no answer is a refusal."""

    def __init__(self, consentry_url: str, consentry_key: str, **more: Any) -> None:
        """Ask at `consentry_url` with a key for `gate`."""
        self._url = f"{consentry_url.rstrip('/')}/v1/gate/check"
        self._key = consentry_key
        self._waiting: OrderedDict[str, dict[str, Any]] = OrderedDict()
        super().__init__(**more)

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:  # fmt: skip
        """Have the request judged. Raises HTTPException if it must not be made, or cannot be seen."""
        kind = str(getattr(call_type, "value", call_type))
        if kind not in MAKING:
            if _about_images(data, kind):
                raise _unseen("Images in this kind of call cannot be seen here.")
            return data
        if data.get("stream"):
            raise _unseen("A stream cannot be held back here.")
        if data.get("images") or data.get("markup"):
            raise _unseen("Pictures named in JSON cannot be seen here; send them in a form.")
        asked = _asked(data, user_api_key_dict)
        token = str((await self._ask(asked))["token"])
        self._waiting[token] = asked
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
        data.setdefault("metadata", {})[KEPT] = token
        data.pop("moderation", None)
        return data

    async def async_post_call_success_hook(
        self, data: dict[str, Any], user_api_key_dict: Any, response: Any
    ) -> Any:
        """Have what was made judged, and put in its place what was released."""
        made = getattr(response, "data", None)
        token = (data.get("metadata") or {}).pop(KEPT, "")
        asked = self._waiting.pop(token, None)
        if asked is None:
            if token or _holds_images(response):
                raise _unseen("Images came back for a call that was not cleared.")
            return response
        if not isinstance(made, list) or not all(getattr(one, "b64_json", None) for one in made):
            raise _unseen("An image that is not in the answer itself cannot be seen here.")
        outputs = [
            {
                "image_url": f"data:image/png;base64,{one.b64_json}",
                "revised_prompt": getattr(one, "revised_prompt", None) or "",
            }
            for one in made
        ]
        released = await self._ask({**asked, "token": token, "outputs": outputs})
        for one, judged in zip(made, released["data"], strict=True):
            one.b64_json = judged["b64_json"]
        return response

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> Any:
        """Let a stream of words pass; one of a call that was cleared, or that holds an image, ends here."""
        async for chunk in response:
            if (request_data.get("metadata") or {}).get(KEPT) or _holds_images(chunk):
                raise _unseen("A stream cannot be held back here.")
            yield chunk

    async def _ask(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Consentry's answer. Raises HTTPException for a refusal, and if there is no answer."""
        try:
            status, found = await asyncio.to_thread(_post, self._url, self._key, body)
        except (OSError, ValueError):
            status, found = 503, {}
        if status == 200:  # noqa: PLR2004 - RFC 9110 15.3.1
            return found
        error = found.get("error") if isinstance(found.get("error"), dict) else {}
        detail = {name: error[name] for name in ("code", "message", "moderation_details") if name in error}
        nothing = {"code": "safety_unavailable", "message": "A safety check could not be made."}
        raise HTTPException(status if error else 503, {"error": detail or nothing})


def _post(url: str, key: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - the operator's own address
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as reply:  # noqa: S310 - as above
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def _asked(data: Mapping[str, Any], who: Any) -> dict[str, Any]:
    """The request as Consentry takes it. Raises HTTPException for a picture that cannot be read here."""
    images = data.get("image") or []
    images = images if isinstance(images, list) else [images]
    asked: dict[str, Any] = {"prompt": data.get("prompt"), "n": data.get("n") or 1}
    if images:
        asked["images"] = [_url(one) for one in images]
    if data.get("mask"):
        asked["mask"] = _url(data["mask"])
    user = data.get("user") or getattr(who, "user_id", None)
    return asked | ({"user": str(user)} if user else {})


def _url(picture: Any) -> str:
    """A picture in a form, whole, as a `data:` URL: bytes, an open file, or a file with its name."""
    if isinstance(picture, tuple):
        picture = picture[1]
    if hasattr(picture, "seek") and hasattr(picture, "read"):
        picture.seek(0)
        whole = picture.read()
        picture.seek(0)
        picture = whole
    if not isinstance(picture, bytes):
        raise _unseen("This picture cannot be seen here.")
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _about_images(data: Mapping[str, Any], kind: str) -> bool:
    """Whether another kind of call would make an image."""
    tools = [tool for tool in data.get("tools") or [] if isinstance(tool, dict)]
    named = "image" in kind or "video" in kind
    return named or "image" in (data.get("modalities") or []) or _tool(tools) or _gemini(data)


def _tool(tools: list[dict[str, Any]]) -> bool:
    return any(tool.get("type") == "image_generation" for tool in tools)


def _gemini(data: Mapping[str, Any]) -> bool:
    """Gemini's way of asking for an image, as LiteLLM passes it on."""
    config = data.get("generationConfig") or data.get("config") or {}
    wanted = config.get("responseModalities") or config.get("response_modalities") or []
    return any(str(one).upper() == "IMAGE" for one in wanted)


def _holds_images(response: Any) -> bool:
    """Whether there is an image anywhere in an answer or in a piece of one."""
    dump = getattr(response, "model_dump_json", None)
    text = dump() if dump is not None else str(response)
    return any(mark in text for mark in ("data:image/", 'b64_json":"', "image_generation_call", "inlineData"))


def _unseen(why: str) -> HTTPException:
    return HTTPException(400, {"error": {"code": "route_not_gated", "message": why}})
