import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.checkpoint import (
    MAX_NOTE,
    MAX_SIGNATURES,
    MAX_SIZE,
    Checkpoint,
    VerifierKey,
    open_note,
    parse,
    parse_vkey,
    sign,
)
from consentry.core.errors import BadInput

LINES = "it does not have three lines"
ORIGIN = "the origin is not one line of text"
SIZE = "no log has that size"
BASE64 = "something in it is not base64"
NAMING = "a key name has no spaces and no plus sign"
ED_KEY = "the key is not an Ed25519 public key"
NO_BLOCK = "it does not end with signature lines"
NOT_ONE = "a signature line is not one"
UNSIGNED = "The checkpoint is not signed by the key given."
FALSE = "A signature on the checkpoint is false."
ELSEWHERE = "The checkpoint is of another log."

ED25519, COSIGNATURE = b"\x01", b"\x04"
NAME = "log.example"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
VKEY = VerifierKey(NAME, PUBLIC)
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
POINT = Checkpoint(NAME, 20852163, hashlib.sha256(b"root").digest())
NOTE = sign(POINT, NAME, PUBLIC, KEY.sign)
SIGNATURE_LINE = NOTE.splitlines()[-1]


def ed25519(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def refused(call, *args, says=None):
    with pytest.raises(BadInput) as found:
        call(*args)
    assert found.value.code == "bad_checkpoint"
    assert says is None or found.value.message in {f"The checkpoint cannot be used: {says}.", says}


def encoded(data):
    return base64.b64encode(data).decode()


def line(name, data):
    return f"— {name} {encoded(data)}\n"


names = st.text(
    st.characters(min_codepoint=33, exclude_categories=["Cs", "Z"], exclude_characters="+\x85")
).filter(lambda name: name and not any(char.isspace() for char in name))
checkpoints = st.builds(Checkpoint, names, st.integers(0, MAX_SIZE), st.binary(min_size=32, max_size=32))


def test_the_text_is_the_example_of_the_specification():
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    found = parse(text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text() == text


@given(checkpoints)
def test_what_is_signed_is_what_is_opened(point):
    note = sign(point, point.origin, PUBLIC, KEY.sign)
    assert parse(point.text()) == point
    assert open_note(note, VerifierKey(point.origin, PUBLIC).text(), ed25519) == point


@given(st.integers(0, len(NOTE) - 1), st.sampled_from("0Az+ \n\t—é"))
def test_no_single_character_can_be_changed(at, char):
    forged = NOTE[:at] + char + NOTE[at + 1 :]
    if forged != NOTE:
        refused(open_note, forged, VKEY.text(), ed25519)


@given(st.integers(0, len(NOTE) - 1))
def test_no_single_character_can_be_dropped(at):
    refused(open_note, NOTE[:at] + NOTE[at + 1 :], VKEY.text(), ed25519)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", LINES),
        (POINT.text()[:-1], LINES),
        (POINT.text() + "extension\n", LINES),
        (POINT.text() + "\n", LINES),
        (POINT.text().replace("log.example", ""), ORIGIN),
        (POINT.text().replace("log", "l\tog"), ORIGIN),
        (POINT.text().replace("log", "l\rog"), ORIGIN),
        (POINT.text().replace("log", "l\x1fog"), ORIGIN),
        (POINT.text().replace("log", f"l{chr(0xD800)}og"), ORIGIN),
        (POINT.text().replace("log", f"l{chr(0xDFFF)}og"), ORIGIN),
        (POINT.text().replace("20852163", ""), "the size is not a plain number"),
        (POINT.text().replace("20852163", "020852163"), "the size is not a plain number"),
        (POINT.text().replace("20852163", "+20852163"), "the size is not a plain number"),
        (POINT.text().replace("20852163", "-1"), "the size is not a plain number"),
        (POINT.text().replace("20852163", " 20852163"), "the size is not a plain number"),
        (POINT.text().replace("20852163", "2_0"), "the size is not a plain number"),
        (POINT.text().replace("20852163", "٣"), "the size is not a plain number"),
        (POINT.text().replace("20852163", "00"), "the size is not a plain number"),
        (POINT.text().replace("20852163", "1" * 20), "the size is not a plain number"),
        (POINT.text().replace("20852163", str(2**63)), SIZE),
        (f"{NAME}\n1\n{encoded(bytes(31))}\n", "the root is not a SHA-256 hash"),
        (f"{NAME}\n1\n{encoded(bytes(33))}\n", "the root is not a SHA-256 hash"),
        (f"{NAME}\n1\n{encoded(bytes(32))[:-1]}\n", BASE64),
        (f"{NAME}\n1\n{encoded(bytes(32))}=\n", None),
        (f"{NAME}\n1\n {encoded(bytes(32))}\n", BASE64),
        (f"{NAME}\n1\n{base64.urlsafe_b64encode(b'?' * 32).decode()}\n", BASE64),
        (f"{NAME}\n1\n{'A' * 42}B=\n", "something in it is not canonical base64"),
        (f"{NAME}\n1\n{'é' * 44}\n", BASE64),
    ],
)
def test_a_checkpoint_has_one_form_only(text, says):
    refused(parse, text, says=says)


@pytest.mark.parametrize("size", [0, 1, 10, 10**18, MAX_SIZE])
def test_every_size_a_log_can_have_is_read(size):
    assert parse(Checkpoint(NAME, size, bytes(32)).text()).size == size


@pytest.mark.parametrize("size", [-1, MAX_SIZE + 1])
def test_no_checkpoint_has_another_size(size):
    refused(Checkpoint, NAME, size, bytes(32), says=SIZE)


def test_an_origin_may_have_spaces_and_letters_of_any_script():
    point = Checkpoint("журнал one é", 1, bytes(32))
    assert parse(point.text()) == point


def test_the_key_id_is_that_of_the_specification():
    expected = hashlib.sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    assert VKEY.key_id() == expected
    assert VKEY.text() == f"{NAME}+{expected.hex()}+{encoded(ED25519 + PUBLIC)}"


def test_a_key_that_go_made_is_read():
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = parse_vkey(text)
    assert (key.name, key.key_id().hex(), key.text()) == ("PeterNeumann", "c74f20a3", text)


@given(names, st.binary(min_size=32, max_size=32))
def test_a_key_is_read_as_it_was_written(name, public):
    key = VerifierKey(name, public)
    assert parse_vkey(key.text()) == key


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ED_KEY),
        (NAME, ED_KEY),
        (VKEY.text() + "=", None),
        (VKEY.text() + "\n", None),
        (VKEY.text().replace("+", " ", 1), None),
        (f"{NAME}+00000000+{encoded(ED25519 + PUBLIC)}", "the key id is not that of the key"),
        (
            f"{NAME}+{VKEY.key_id().hex().upper()}+{encoded(ED25519 + PUBLIC)}",
            "the key id is not that of the key",
        ),
        (f"{NAME}+{VKEY.key_id().hex()}+{encoded(COSIGNATURE + PUBLIC)}", ED_KEY),
        (f"{NAME}+{VKEY.key_id().hex()}+{encoded(ED25519 + PUBLIC[:-1])}", ED_KEY),
        (f"{NAME}+{VKEY.key_id().hex()}+{encoded(ED25519 + PUBLIC + b'x')}", ED_KEY),
        (f"+{VKEY.key_id().hex()}+{encoded(ED25519 + PUBLIC)}", NAMING),
        (f"a b+{VKEY.key_id().hex()}+{encoded(ED25519 + PUBLIC)}", NAMING),
    ],
)
def test_a_key_has_one_form_only(text, says):
    refused(parse_vkey, text, says=says)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "a\x00b", "a\ud800b"])
def test_a_key_name_has_no_spaces_and_no_plus(name):
    refused(VerifierKey, name, PUBLIC, says=NAMING)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_nothing_is_signed_with_something_else(size):
    refused(
        sign, POINT, NAME, PUBLIC, lambda _: bytes(size), says="the signature is not an Ed25519 signature"
    )


def test_what_is_signed_is_the_text_and_nothing_else():
    seen = []
    sign(POINT, NAME, PUBLIC, lambda message: seen.append(message) or bytes(64))
    assert seen == [POINT.text().encode()]


def test_a_key_of_the_same_name_and_id_cannot_lend_its_signature():
    forged = POINT.text() + "\n" + line(NAME, VKEY.key_id() + OTHER.sign(POINT.text().encode()))
    refused(open_note, forged, VKEY.text(), ed25519, says=FALSE)


def test_a_note_that_only_others_signed_is_refused():
    others = VerifierKey(NAME, OTHER.public_key().public_bytes_raw())
    note = sign(POINT, NAME, others.public, OTHER.sign)
    refused(open_note, note, VKEY.text(), ed25519, says=UNSIGNED)
    renamed = sign(POINT, "else.example", PUBLIC, KEY.sign)
    refused(open_note, renamed, VKEY.text(), ed25519, says=UNSIGNED)


@pytest.mark.parametrize("before", [True, False])
def test_signatures_of_witnesses_are_ignored_wherever_they_stand(before):
    witness = line("witness.example", b"\x01\x02\x03\x04" + bytes(72))
    text, block = NOTE.split("\n\n")
    note = text + "\n\n" + (witness + block if before else block + witness)
    assert open_note(note, VKEY.text(), ed25519) == POINT


@pytest.mark.parametrize("first", [True, False])
def test_one_false_signature_of_the_key_spoils_the_note(first):
    false = line(NAME, VKEY.key_id() + bytes(64))
    text, block = NOTE.split("\n\n")
    refused(
        open_note,
        text + "\n\n" + (false + block if first else block + false),
        VKEY.text(),
        ed25519,
        says=FALSE,
    )


@pytest.mark.parametrize("size", [1, 63, 65])
def test_a_signature_of_another_length_is_false_whatever_the_verifier_says(size):
    note = POINT.text() + "\n" + line(NAME, VKEY.key_id() + bytes(size))
    with pytest.raises(BadInput, match=FALSE):
        open_note(note, VKEY.text(), lambda *_: True)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (SIGNATURE_LINE, NO_BLOCK),
        (SIGNATURE_LINE.replace("—", "-") + "\n", NOT_ONE),
        (SIGNATURE_LINE.replace("— ", "—") + "\n", NOT_ONE),
        (SIGNATURE_LINE.replace("— ", "—  ") + "\n", NOT_ONE),
        (SIGNATURE_LINE.replace(NAME, "") + "\n", NOT_ONE),
        (SIGNATURE_LINE.replace(NAME, "a b") + "\n", NOT_ONE),
        (SIGNATURE_LINE.replace(NAME, "a+b") + "\n", NOT_ONE),
        (SIGNATURE_LINE.replace(NAME, "a\x00b") + "\n", NOT_ONE),
        (SIGNATURE_LINE + " \n", NOT_ONE),
        (SIGNATURE_LINE + "\nsomething\n", NOT_ONE),
        (SIGNATURE_LINE + "!\n", BASE64),
        (line(NAME, VKEY.key_id()), "a signature line has no signature"),
        (line(NAME, b""), NOT_ONE),
    ],
)
def test_a_signature_line_has_one_form_only(block, says):
    refused(open_note, POINT.text() + "\n" + block, VKEY.text(), ed25519, says=says)


@pytest.mark.parametrize("block", ["", "\n"])
def test_a_note_that_nobody_signed_is_refused(block):
    refused(open_note, POINT.text() + "\n" + block, VKEY.text(), ed25519, says=UNSIGNED)


def test_a_note_without_a_blank_line_has_no_signatures():
    refused(open_note, POINT.text() + SIGNATURE_LINE + "\n", VKEY.text(), ed25519, says=NO_BLOCK)


def test_long_notes_are_not_read():
    witness = line("witness.example", b"\x01\x02\x03\x04" + bytes(72))
    assert open_note(NOTE + witness * (MAX_SIGNATURES - 1), VKEY.text(), ed25519) == POINT
    refused(open_note, NOTE + witness * MAX_SIGNATURES, VKEY.text(), ed25519, says="it is too long")
    longest = "x" * (MAX_NOTE - len(NOTE)) + NOTE
    refused(open_note, longest, VKEY.text(), ed25519, says=FALSE)
    refused(open_note, "x" + longest, VKEY.text(), ed25519, says="it is too long")


def test_a_key_that_signs_for_another_log_does_not_vouch_for_this_one():
    elsewhere = Checkpoint("else.example", 5, POINT.root)
    note = sign(elsewhere, NAME, PUBLIC, KEY.sign)
    refused(open_note, note, VKEY.text(), ed25519, says=ELSEWHERE)
    assert open_note(note, VKEY.text(), ed25519, "else.example") == elsewhere
    refused(open_note, NOTE, VKEY.text(), ed25519, "else.example", says=ELSEWHERE)


def test_what_is_signed_must_be_a_checkpoint():
    text = "not a checkpoint\n"
    note = text + "\n" + line(NAME, VKEY.key_id() + KEY.sign(text.encode()))
    refused(open_note, note, VKEY.text(), ed25519, says=LINES)
