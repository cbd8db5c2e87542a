"""What every generator promises: as many drafts as were asked for, or trouble in our own words."""

from __future__ import annotations

import anyio
import pytest

from consentry.core.errors import BadInput, UpstreamTrouble
from contracts.pictures import request

PROMPT = "a quiet harbour in the morning"


def make(generator, *asked):
    """Run calls to their end, let go of what the generator holds, and give what the last call made."""

    async def call():
        try:
            for one in asked:
                made = await generator.make(one)
            return made
        finally:
            close = getattr(generator, "close", None)
            if close is not None:
                await close()

    return anyio.run(call)


class GeneratorContract:
    """Subclass and give `generator`, `before` (a decodable picture), `broken` where it can break,
    and `permitted` where it calls another service."""

    @pytest.fixture
    def generator(self):
        raise NotImplementedError

    @pytest.fixture
    def before(self):
        raise NotImplementedError

    @pytest.fixture
    def broken(self):
        return None

    @pytest.fixture
    def permitted(self):
        """Of a generator that calls another service: it, a gatekeeper with its key, and the calls it made."""
        return

    def test_every_call_upstream_carries_a_permit_for_exactly_its_bytes(self, permitted, before):
        if permitted is None:
            return
        generator, gatekeeper, asked = permitted
        make(generator, *(request(*inputs, prompt=PROMPT, decision="dec_1") for inputs in ((), (before,))))
        assert len(asked) == 2
        for path, headers, body in asked:
            permit = gatekeeper.permit(headers["consentry-permit"])
            gatekeeper.admit(permit, "POST", path, headers["content-type"], body)
            assert permit.decision == "dec_1"
        assert gatekeeper.counts == {"permitted": len(asked)}

    def test_nothing_is_called_upstream_without_a_decision(self, permitted):
        if permitted is None:
            return
        generator, _, asked = permitted
        with pytest.raises(BadInput):
            make(generator, request(prompt=PROMPT, decision=""))
        assert asked == []

    @pytest.mark.parametrize("count", [1, 3])
    def test_words_become_as_many_images_as_were_asked_for(self, generator, count):
        made = make(generator, request(prompt=PROMPT, count=count))
        assert len(made) == count
        assert all(one.data for one in made)

    def test_a_picture_is_edited(self, generator, before):
        (made,) = make(generator, request(before, prompt="a new background"))
        assert made.data
        assert made.data != before.data

    def test_trouble_is_told_without_the_prompt_and_without_the_upstreams_words(self, broken):
        if broken is None:
            return
        with pytest.raises(UpstreamTrouble) as caught:
            make(broken, request(prompt=PROMPT))
        told = f"{caught.value} {caught.value.message} {caught.value.__cause__} {caught.value.code}"
        assert PROMPT not in told
        assert "SECRET" not in told
        assert caught.value.code in {"upstream_failed", "upstream_timeout", "upstream_moderation"}
