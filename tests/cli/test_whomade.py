"""`consentry who-made`, beside a running server."""

import base64
import json

from click.testing import CliRunner

from consentry.__main__ import main
from support.running import Running


def test_a_file_is_looked_up_and_the_question_is_in_the_log(server: Running, tmp_path, place):
    with server.http("gate") as http:
        made = http.post("/v1/images/generations", json={"prompt": "a harbour at dusk"}).json()
    file = tmp_path / "found.png"
    file.write_bytes(base64.b64decode(made["data"][0]["b64_json"]))
    words = ["who-made", str(file), "--data", server.system.settings.data]
    answer = json.loads(CliRunner().invoke(main, [*words, "--json"]).output)
    assert made["consentry"]["decision"] in {one["decision"] for one in answer["found"]}
    line = json.loads(server.system.store.line(answer["log_index"]).record)
    assert line["by"] == "operator"
    plain = CliRunner().invoke(main, words)
    assert f"found: {len(answer['found'])}" in plain.output
    assert "method: exact" in plain.output
