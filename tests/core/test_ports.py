import inspect
from dataclasses import fields, is_dataclass
from typing import Protocol

import pytest

from consentry.core import ports
from consentry.core.match import Hashes
from consentry.core.ports import ApiKey, Job, Known
from core.made import NOON

OWN = [kind for _, kind in inspect.getmembers(ports, inspect.isclass) if kind.__module__ == ports.__name__]
PROTOCOLS = [kind for kind in OWN if Protocol in kind.__bases__]


@pytest.mark.parametrize("kind", OWN)
def test_a_port_is_a_protocol_or_a_value(kind):
    assert kind in PROTOCOLS or is_dataclass(kind)


@pytest.mark.parametrize("port", PROTOCOLS)
def test_nobody_can_use_a_port_in_place_of_an_adapter(port):
    with pytest.raises(TypeError, match="Protocols cannot be instantiated"):
        port()


@pytest.mark.parametrize("port", PROTOCOLS)
def test_a_port_says_what_each_of_its_methods_promises(port):
    members = {name: member for name, member in vars(port).items() if not name.startswith("_")}
    assert members
    assert not [name for name, member in members.items() if not inspect.getdoc(member)]


def test_a_job_names_things_and_carries_nothing_else():
    job = Job("hide", {"copy": "cpy_1"}, "hide:cpy_1", NOON)
    assert (job.id, job.token, job.attempts) == (0, 0, 0)


def test_a_known_picture_matches_until_it_is_withdrawn():
    assert Known("k1", "case", Hashes("", (), 100)).active


def test_a_key_is_kept_as_a_digest_only():
    assert {field.name for field in fields(ApiKey)} & {"key", "secret", "token"} == set()
    assert not ApiKey("k", "digest", "label", frozenset(), "", NOON).revoked
