"""Lists of others are followed by their kind, and a wrong name is named."""

from pathlib import Path

import pytest

from consentry import wiring
from consentry.core.errors import BadInput, SetupTrouble
from support.small import wanted

KEYS = {"stopncii_subscription": "s", "stopncii_key": "k", "ncmec_user": "u", "ncmec_password": "p"}


@pytest.mark.parametrize("exchanges", ["PICTURES=telescope:x", "pictures=listfile:x", "PICTURES="])
def test_a_list_of_an_unknown_kind_or_name_stops_the_start(tmp_path: Path, exchanges: str):
    with pytest.raises((SetupTrouble, BadInput)), wiring.open_sync(wanted(tmp_path, exchanges=exchanges)):
        pass


def test_every_kind_of_list_can_be_followed(tmp_path: Path):
    files = f"listfile:{tmp_path / 'a.csv'}", f"childfile:{tmp_path / 'b.csv'}"
    kinds = ("stopncii", "ncmec:test-generative-ai", *files)
    exchanges = ";".join(f"LIST_{at}={kind}" for at, kind in enumerate(kinds))
    with wiring.open_sync(wanted(tmp_path, exchanges=exchanges, **KEYS)) as sync:
        assert list(sync.exchanges) == ["LIST_0", "LIST_1", "LIST_2", "LIST_3"]
