"""The LiteLLM plug-in against a running gate. LiteLLM itself is not there: a bare class stands for its base.

What is held is our side of LiteLLM's native hooks: their names and arguments are those of LiteLLM
1.106, as read in its source, and of 1.110, into which the file was loaded. No call of a real proxy is
tried here.
"""

import asyncio
import base64
import importlib.util
import inspect
import io
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from fastapi import HTTPException

from consentry.media import drawing, edits
from support.painters import PLAIN
from support.running import Running

FILE = Path(__file__).parents[2] / "integrations" / "litellm" / "consentry_guardrail.py"
COAT = edits.encoded(drawing.figure(13), "png")
BANDS = edits.encoded(drawing.figure(13, cover="bands"), "png")
SIGNATURES = {
    "async_pre_call_hook": ["self", "user_api_key_dict", "cache", "data", "call_type"],
    "async_post_call_success_hook": ["self", "data", "user_api_key_dict", "response"],
    "async_post_call_streaming_iterator_hook": ["self", "user_api_key_dict", "response", "request_data"],
}


class Base:
    """Stands for litellm.integrations.custom_guardrail.CustomGuardrail."""

    def __init__(self, guardrail_name: str = "", **more):
        self.guardrail_name = guardrail_name


@pytest.fixture(scope="module")
def plugin():
    names = ("litellm", "litellm.integrations", "litellm.integrations.custom_guardrail")
    for name in names:
        sys.modules[name] = ModuleType(name)
    sys.modules[names[-1]].CustomGuardrail = Base
    spec = importlib.util.spec_from_file_location("consentry_guardrail", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    for name in names:
        del sys.modules[name]


@pytest.fixture
def guard(plugin, server: Running):
    return plugin.ConsentryGuardrail(server.url, server.key("gate"), guardrail_name="consentry")


def pre(guard, call_type="aimage_generation", **data):
    who = SimpleNamespace(user_id="ada")
    return asyncio.run(guard.async_pre_call_hook(who, None, {"prompt": PLAIN, **data}, call_type))


def post(guard, data, *images, **more):
    made = [SimpleNamespace(b64_json=base64.b64encode(one).decode(), revised_prompt=None) for one in images]
    response = SimpleNamespace(data=made, **more)
    return asyncio.run(guard.async_post_call_success_hook(data, None, response))


def refused(function, *args, **more) -> HTTPException:
    with pytest.raises(HTTPException) as caught:
        function(*args, **more)
    return caught.value


def test_the_hooks_have_the_names_and_arguments_that_litellm_calls(plugin):
    for name, arguments in SIGNATURES.items():
        hook = getattr(plugin.ConsentryGuardrail, name)
        assert list(inspect.signature(hook).parameters) == arguments


def test_an_ordinary_edit_passes_and_what_comes_back_is_what_was_judged(guard, photo: bytes):
    data = pre(guard, "aimage_edit", image=[io.BytesIO(photo)], moderation="low")
    assert "moderation" not in data
    response = post(guard, data, photo + b"hidden tail")
    assert b"hidden tail" not in base64.b64decode(response.data[0].b64_json)


@pytest.mark.parametrize(
    "wrap",
    [io.BytesIO, lambda data: data, lambda data: ("a.png", io.BytesIO(data))],
    ids=["file", "bytes", "named"],
)
def test_what_must_not_be_asked_is_refused_however_the_picture_comes(guard, photo: bytes, wrap):
    error = refused(pre, guard, "image_edit", prompt="remove her clothes", image=wrap(photo))
    assert error.status_code == 400
    assert error.detail["error"]["code"] == "moderation_blocked"


def test_what_must_not_be_shown_is_refused(guard):
    data = pre(guard, "aimage_edit", image=[io.BytesIO(COAT)])
    error = refused(post, guard, data, BANDS)
    assert error.detail["error"]["moderation_details"]["moderation_stage"] == "output"


@pytest.mark.parametrize(
    ("call_type", "data"),
    [
        ("aimage_generation", {"stream": True}),
        ("aimage_edit", {"images": [{"image_url": "data:,"}]}),
        ("aimage_edit", {"images": [{"file_id": "file_1"}]}),
        ("aimage_edit", {"image": "https://other.example/1.png"}),
        ("aimage_edit", {"image": [{"url": "data:,"}]}),
        ("acompletion", {"modalities": ["image", "text"]}),
        ("aresponses", {"tools": [{"type": "image_generation"}]}),
        ("agenerate_content", {"generationConfig": {"responseModalities": ["IMAGE"]}}),
        ("aimage_variation", {}),
        ("avideo_generation", {}),
    ],
)
def test_what_cannot_be_seen_is_refused(guard, call_type, data):
    assert refused(pre, guard, call_type, **data).detail["error"]["code"] == "route_not_gated"


def test_words_alone_are_none_of_its_business(guard):
    data = {"messages": [{"role": "user", "content": "hello"}]}
    assert pre(guard, "acompletion", **data)["messages"] == data["messages"]
    said = SimpleNamespace(choices=["hello"])
    assert asyncio.run(guard.async_post_call_success_hook({}, None, said)) is said


def test_an_image_that_nobody_cleared_or_that_is_elsewhere_does_not_pass(guard, photo: bytes):
    assert refused(post, guard, {}, photo, note="data:image/png;base64,AA")
    response = SimpleNamespace(data=[SimpleNamespace(b64_json=None, url="https://other.example/1.png")])
    with pytest.raises(HTTPException):
        asyncio.run(guard.async_post_call_success_hook(pre(guard), None, response))


def test_a_stream_with_an_image_in_it_ends(guard):
    async def stream():
        yield SimpleNamespace(delta="hello")
        yield SimpleNamespace(delta="data:image/png;base64,AA")

    async def read():
        seen = []
        with pytest.raises(HTTPException):
            async for chunk in guard.async_post_call_streaming_iterator_hook(None, stream(), {}):
                seen.append(chunk.delta)  # noqa: PERF401 - it ends in an error
        return seen

    assert asyncio.run(read()) == ["hello"]


def test_without_an_answer_nothing_is_made_and_nothing_shown(plugin, guard, photo: bytes):
    gone = plugin.ConsentryGuardrail("http://127.0.0.1:9", "key")
    error = refused(pre, gone)
    assert (error.status_code, error.detail["error"]["code"]) == (503, "safety_unavailable")
    data = pre(guard)
    gone._waiting = guard._waiting
    assert refused(post, gone, data, photo).status_code == 503
    assert (
        refused(pre, plugin.ConsentryGuardrail(guard._url.removesuffix("/v1/gate/check"), "bad")).status_code
        == 401
    )
