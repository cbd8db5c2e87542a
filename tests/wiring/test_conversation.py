"""How long conversations are kept is the operator's word, and a command reaches them beside the server."""

from datetime import timedelta

import pytest

from consentry.config import load
from consentry.core.errors import NotFound
from consentry.wiring.conversation import open_conversations
from support.fakes import request


def settings(tmp_path, **more):
    return load(None, {}, {"data": str(tmp_path / "data"), **more})


def test_what_is_kept_is_found_and_forgotten_by_whoever_opens_them_next(tmp_path):
    found = settings(tmp_path)
    with open_conversations(found) as one:
        assert one.lasts == timedelta(hours=1)
        one.keep("dec_1", request(), [b"made"])
    with open_conversations(found) as two:
        assert two.find("dec_1", request().account.id).made == (b"made",)
        assert two.forget(request().account.id) == 1
        with pytest.raises(NotFound):
            two.find("dec_1", request().account.id)
    assert not [file for file in (tmp_path / "data" / "blobs").rglob("*") if file.is_file()]


@pytest.mark.parametrize("hours", [0, -1])
def test_they_can_be_switched_off(tmp_path, hours):
    with open_conversations(settings(tmp_path, conversation_hours=hours)) as found:
        assert found.lasts == timedelta(0)
