from consentry.core.making import MADE, RECALL, SEEDS, Handle, Making, MakingState, Sighted, prompt_digest
from core.made import NOON

MAKING = Making(
    "mak_1", "dec_1", "dec_0", "acc_1", "images.edits", NOON, MakingState.PASSED, "ab", "cd", "ef", "cns_1"
)


def test_the_words_that_stand_in_databases_never_change():
    assert (MADE, SEEDS, RECALL) == ("made", "seed", "recall")
    assert {state.value for state in MakingState} == {"passed", "refused", "withheld", "recalled"}


def test_every_handle_is_a_field_of_an_image():
    assert [getattr(MAKING, handle.value) for handle in Handle] == [
        "mak_1", "dec_1", "dec_0", "acc_1", "cns_1", "ef", "ab", "cd",
    ]  # fmt: skip


def test_an_image_needs_neither_a_consent_nor_an_input():
    plain = Making("m", "d", "r", "a", "x", NOON, MakingState.REFUSED, "s", "j", "p")
    assert (plain.consent, plain.inputs) == ("", ())


def test_what_was_found_says_how():
    assert Sighted(MAKING, "exact", 0).view == ""


def test_equal_prompts_have_equal_digests_and_only_under_the_same_key():
    digest = prompt_digest("a  Harbour\n", b"key")
    assert digest == "924a5bf148432aa6bfaabf73a0dd22c59465662449db7a8a285493dc89f28d3e"
    assert digest == prompt_digest("a harbour", b"key")
    assert digest != prompt_digest("a harbour", b"other")
    assert digest != prompt_digest("two harbours", b"key")
