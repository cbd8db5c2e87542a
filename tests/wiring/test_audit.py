"""The log on this machine is opened with its own key."""

from consentry.core.entry import Kind
from consentry.wiring import open_log, verify_log_note
from support.small import wanted


def test_the_log_is_signed_with_the_key_of_the_data_directory(tmp_path):
    settings = wanted(tmp_path)
    with open_log(settings) as (store, log):
        with store.begin() as tx:
            tx.append(Kind.SYSTEM, {"event": "x"})
        key = log.vkey
    with open_log(settings) as (store, log):
        assert log.vkey == key
        assert verify_log_note(log.checkpoint(), key, settings.origin).size == 1
