"""`consentry conversation`, as an operator meets it."""

import json

from click.testing import CliRunner

from consentry.__main__ import main
from consentry.config import load
from consentry.wiring import open_conversations
from support.fakes import request


def test_an_account_has_its_conversations_destroyed(tmp_path):
    data, account = str(tmp_path / "data"), request().account.id
    with open_conversations(load(None, {}, {"data": data})) as conversations:
        conversations.keep("dec_1", request(), [b"made"])
    words = ["conversation", "forget", "--account", account, "--data", data, "--json"]
    counts = [json.loads(CliRunner().invoke(main, words).output)["forgotten"] for _ in range(2)]
    assert counts == [1, 0]
