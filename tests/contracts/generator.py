"""What every generator promises: as many drafts as were asked for, or trouble in our own words."""

from __future__ import annotations

import anyio
import pytest

from consentry.core.errors import UpstreamTrouble
from contracts.pictures import request

PROMPT = "a quiet harbour in the morning"


def make(generator, asked):
    """Run one call to its end, and let go of what the generator holds."""

    async def call():
        try:
            return await generator.make(asked)
        finally:
            close = getattr(generator, "close", None)
            if close is not None:
                await close()

    return anyio.run(call)


class GeneratorContract:
    """Subclass and give `generator`, `before` (a decodable picture), and `broken` where it can break."""

    @pytest.fixture
    def generator(self):
        raise NotImplementedError

    @pytest.fixture
    def before(self):
        raise NotImplementedError

    @pytest.fixture
    def broken(self):
        return None

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
