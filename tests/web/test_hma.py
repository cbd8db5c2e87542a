"""An HMA client that knows nothing of us is served as HMA would serve it, and told the truth."""

import io
import json
import threading
import time
from datetime import UTC, datetime

import pytest
from PIL import Image

from consentry.core.bank import BankEntry, SignalKind, frames_digest
from consentry.matching.video import from_vpdq
from consentry.web.hma import COULD_NOT_LOOK
from support.running import running

BLANK = Image.new("RGB", (300, 200), "white")
ONES, ZEROS = "f" * 64, "0" * 64
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
VIDEO = f'["{ONES},100,0.000", "{ZEROS},90,1.000"]'
HALF = f'["{ONES},100,0.000", "{"0f" * 32},90,1.000", "{"f0" * 32},10,2.000"]'


def drawn(seed: int) -> Image.Image:
    """A picture of coloured stripes and blocks, with enough in it."""
    image = Image.new("RGB", (480, 320))
    pixels = image.load()
    for x in range(480):
        for y in range(320):
            value = ((x * (3 + seed)) ^ (y * (5 + 2 * seed))) + (x * y * (seed + 1)) // 97
            pixels[x, y] = (value % 256, (value // 3) % 256, (value // 7 + seed * 40) % 256)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


PICTURE, OTHER, FLAT = encoded(drawn(1)), encoded(drawn(2)), encoded(BLANK)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("hma"), hma_hosts="127.0.0.1", fetch_inside="127.0.0.1") as up:
        yield up


@pytest.fixture(scope="module")
def http(server):
    with server.http("admin,screen") as client:
        yield client


@pytest.fixture
def bank(http):
    assert http.post("/c/banks", json={"name": "BANK_A"}).status_code == 201
    yield "BANK_A"
    http.delete("/c/bank/BANK_A")


def photo(data=PICTURE, name="photo"):
    return {"files": {name: ("a.jpg", data)}}


def hashed(http, data=PICTURE) -> str:
    return http.post("/h/hash", **photo(data)).json()["pdq"]


def add(http, bank, **signals) -> int:
    reply = http.post(f"/c/bank/{bank}/signal", json=signals)
    assert reply.status_code == 200
    return reply.json()["id"]


def look(http, signal, path="/m/lookup", kind="pdq", **more):
    return http.get(path, params={"signal": signal, "signal_type": kind, **more}).json()


# Status.


@pytest.mark.parametrize("path", ["/status", "/status/live"])
def test_it_is_alive(server, path):
    with server.http() as anybody:
        assert anybody.get(path).text == "I-AM-ALIVE"


def test_the_site_map_is_a_list_of_routes(http):
    assert {"/h/hash", "/m/lookup", "/c/banks"} <= set(http.get("/site-map").json())


# Hashing.


def test_a_file_is_hashed_by_the_type_of_its_field(http):
    as_photo = http.post("/h/hash", **photo())
    assert as_photo.status_code == 200
    assert list(as_photo.json()) == ["pdq"]
    assert len(as_photo.json()["pdq"]) == 64
    as_video = http.post("/h/hash", **photo(b"any bytes", "video"))
    assert (
        as_video.json() == {"video_md5": "8b4fdc66d9fbd7cba3fa6f6e97d2b7a0"}
        or len(as_video.json()["video_md5"]) == 32
    )


def test_a_raw_body_is_hashed_too(http):
    raw = http.post("/h/hash", content=PICTURE, headers={"content-type": "image/jpeg"})
    assert raw.json() == {"pdq": hashed(http)}


def test_a_picture_saved_in_another_format_has_the_same_hash(http):
    expected = int(hashed(http, encoded(drawn(1), "PNG")), 16)
    for data in (
        encoded(drawn(1).convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        encoded(drawn(1).convert("CMYK"), "JPEG", quality=95),
        encoded(drawn(1).convert("RGBA"), "PNG"),
    ):
        assert (int(hashed(http, data), 16) ^ expected).bit_count() <= 31


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Missing multipart/form-data file upload"),
        ([("file", PICTURE)], "no such content_type: 'file'"),
        ([("photo", PICTURE), ("photo", OTHER)], "Only one file allowed per request"),
        ([("photo", PICTURE), ("video", OTHER)], "Only one file allowed per request"),
    ],
    ids=["none", "unknown", "two", "two kinds"],
)
def test_a_form_without_its_one_file_is_refused(http, files, says):
    reply = http.post("/h/hash", files=[(name, ("x", data)) for name, data in files] or None)
    assert (reply.status_code, reply.json()) == (400, {"message": says})


def test_a_type_that_does_not_go_with_a_photo_is_refused(http):
    reply = http.post("/h/hash", params={"types": "video_md5"}, **photo())
    assert (reply.status_code, reply.json()) == (
        400,
        {"message": "signal type 'video_md5' doesn't exist or is disabled"},
    )
    assert http.post("/h/hash", params={"types": "pdq,sha256"}, **photo()).json().keys() == {"pdq", "sha256"}


def test_a_flat_picture_has_an_empty_hash_and_says_why(http):
    reply = http.post("/h/hash", **photo(FLAT))
    assert (reply.status_code, reply.json()) == (200, {"pdq": ""})
    assert reply.headers[COULD_NOT_LOOK] == "pdq; too little in the picture"


@pytest.mark.parametrize("data", [b"text", PICTURE[:300], b""], ids=["text", "cut", "empty"])
def test_what_is_no_picture_is_the_callers_fault(http, data):
    reply = http.post("/h/hash", **photo(data))
    assert reply.status_code == 400
    assert list(reply.json()) == ["message"]


def test_an_address_is_fetched_only_from_a_listed_host(http, server):
    assert http.get("/h/hash").status_code == 422
    assert http.get("/h/hash").json()[0]["loc"] == ["url"]
    for url in ("ftp://x/y", "http://[::1]:80/x.jpg", "http://localhost/x.jpg", "http://", "file:///etc/x"):
        reply = http.get("/h/hash", params={"url": url})
        assert (reply.status_code, reply.json()) == (400, {"message": "Invalid or unsafe URL provided"})
    assert server.post_picture(PICTURE, "here").status_code == 200
    params = {"url": server.address("here")}
    assert http.get("/h/hash", params=params).json() == {"pdq": hashed(http)}
    assert http.get("/m/lookup", params=params).json() == {"pdq": {}}


# Matching.


def test_a_hash_is_looked_up_in_hmas_shapes(http, bank):
    value = hashed(http)
    number = add(http, bank, pdq=value)
    near = f"{int(value, 16) ^ 0b111:064x}"
    assert look(http, near) == {bank: [{"bank_content_id": number, "distance": "3"}]}
    assert look(http, near, "/m/raw_lookup") == {"matches": [number]}
    with_distance = look(http, near, "/m/raw_lookup", include_distance="true")
    assert with_distance == {"matches": [{"bank_content_id": number, "distance": "3"}]}
    assert look(http, near, banks="BANK_B") == {}
    assert look(http, near, "/m/raw_lookup", banks="BANK_B") == {"matches": []}
    assert look(http, "a5" * 32) == {}
    assert look(http, f"{int(value, 16) ^ (2**32 - 1):064x}") == {}


def test_a_bank_of_one_picture_matches_it_at_once(http, bank):
    reply = http.post(f"/c/bank/{bank}/content", **photo())
    assert reply.status_code == 200
    assert reply.json()["signals"] == {"pdq": hashed(http)}
    match = [{"bank_content_id": reply.json()["id"], "distance": "0"}]
    assert http.post("/m/lookup", **photo()).json() == {"pdq": {bank: match}}
    assert http.post("/m/lookup", params={"banks": "BANK_B"}, **photo()).json() == {"pdq": {}}
    assert http.post("/m/lookup", **photo(OTHER)).json() == {"pdq": {}}


def test_digests_of_bytes_are_looked_up(http, bank):
    number = add(http, bank, video_md5=MD5, pdq=ONES)
    expected = {bank: [{"bank_content_id": number, "distance": "0"}]}
    assert look(http, MD5, kind="video_md5") == look(http, ONES) == expected
    empty = http.post("/m/lookup", **photo(b"", "video"))
    assert empty.json() == {"video_md5": expected}


def test_a_photo_of_which_a_bank_has_only_the_bytes_is_found(http, bank):
    digest = http.post("/h/hash", params={"types": "sha256"}, **photo()).json()["sha256"]
    number = add(http, bank, sha256=digest)
    found = http.post("/m/lookup", **photo()).json()
    assert found == {"pdq": {}, "sha256": {bank: [{"bank_content_id": number, "distance": "0"}]}}


def test_a_signal_that_could_not_look_is_no_match_and_no_error(http, bank):
    add(http, bank, pdq=ONES)
    reply = http.post("/m/lookup", **photo(FLAT))
    assert (reply.status_code, reply.json()) == (200, {})
    assert reply.headers[COULD_NOT_LOOK] == "pdq; too little in the picture"
    broken = http.post("/m/lookup", **photo(b"no picture"))
    assert (broken.status_code, broken.json()) == (200, {})
    assert broken.headers[COULD_NOT_LOOK].startswith("pdq; ")


@pytest.mark.parametrize("path", ["/m/lookup", "/m/raw_lookup"])
@pytest.mark.parametrize("signal", ["xyz", "", "f" * 63, "f" * 65, "F" * 64, "é" * 64])
def test_a_malformed_hash_is_refused(http, path, signal):
    reply = http.get(path, params={"signal": signal, "signal_type": "pdq"})
    assert (reply.status_code, reply.json()) == (400, {"message": "invalid signal: invalid PDQ hash"})


def test_a_lookup_that_lacks_something_is_refused(http):
    reply = http.get("/m/lookup", params={"signal_type": "pdq"})
    says = "Either url or both signal and signal_type are required"
    assert (reply.status_code, reply.json()) == (400, {"message": says})
    assert http.get("/m/raw_lookup", params={"signal_type": "pdq"}).status_code == 422
    unknown = http.get("/m/lookup", params={"signal": ONES, "signal_type": "nope"})
    assert (unknown.status_code, unknown.json()) == (400, {"message": "No such SignalType 'nope'"})
    nothing = http.post("/m/lookup")
    assert (nothing.status_code, nothing.json()) == (
        400,
        {"message": "Missing multipart/form-data file upload"},
    )


def test_a_bank_that_is_off_is_asked_only_raw_or_when_told_to(http, bank):
    number = add(http, bank, pdq=ONES)
    http.put(f"/c/bank/{bank}", json={"enabled_ratio": 0})
    found = {bank: [{"bank_content_id": number, "distance": "0"}]}
    assert look(http, ONES) == {}
    assert look(http, ONES, bypass_coinflip="true") == found
    assert look(http, ONES, "/m/raw_lookup") == {"matches": [number]}


def test_a_bank_that_is_on_for_a_share_counts_for_a_seed_always_or_never(http, bank):
    add(http, bank, pdq=ONES)
    http.put(f"/c/bank/{bank}", json={"enabled_ratio": 0.5})
    found = {seed: bool(look(http, ONES, seed=seed)) for seed in map(str, range(40))}
    assert {True, False} == set(found.values())
    assert all(bool(look(http, ONES, seed=seed)) is counted for seed, counted in list(found.items())[:8])


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"pdq": [ONES, ONES[:-1] + "0"]}, {"pdq": [True, {"distance": 4}]}),
        ({"pdq": [ONES, ZEROS]}, {"pdq": [False, {"distance": 256}]}),
        ({"video_md5": [MD5, MD5]}, {"video_md5": [True, {"distance": 0}]}),
        (
            {"vpdq": [VIDEO, HALF]},
            {"vpdq": [True, {"query_match_percent": 50, "compared_match_percent": 50}]},
        ),
        ({"vpdq": [VIDEO, "[1]"]}, "This is not a list of frames as vPDQ writes it."),
        ({"vpdq": [VIDEO, 1]}, "This is not a list of frames as vPDQ writes it."),
        ({"vpdq": [VIDEO, json.dumps([f"{ONES},100,0.000"] * 1001)]}, "A video may have 1000 frames here."),
        ({}, {}),
        ({"pdq": [ONES]}, "Comparison hash list length must be exactly 2"),
        ({"pdq": "x"}, "Comparison hashes for pdq was not a list"),
        ([1], "Request input was not a dict"),
        ({"nope": ["a", "b"]}, "No such SignalType 'nope'"),
        ({"pdq": ["zz", ONES]}, "Invalid pdq hash: invalid PDQ hash"),
    ],
    ids=[
        "near",
        "far",
        "md5",
        "video",
        "no video",
        "no text",
        "too long",
        "none",
        "one",
        "no list",
        "no dict",
        "unknown",
        "malformed",
    ],
)
def test_hashes_are_compared(http, body, answer):
    reply = http.post("/m/compare", json=body)
    assert reply.json() == ({"message": answer} if isinstance(answer, str) else answer)
    assert reply.status_code == (400 if isinstance(answer, str) else 200)


def test_a_listed_video_is_looked_up_by_its_frames(server, http, bank):
    frames = from_vpdq(VIDEO)
    with server.system.store.begin() as tx:
        moment = datetime(2026, 5, 1, tzinfo=UTC)
        tx.put_entries([BankEntry(bank, SignalKind.VPDQ, frames_digest(frames), moment, frames=frames)])
    ((number, said),) = [
        (near["bank_content_id"], near["distance"]) for near in look(http, HALF, kind="vpdq")[bank]
    ]
    assert said == "50%[50%]"
    (raw,) = look(http, HALF, "/m/raw_lookup", kind="vpdq")["matches"]
    assert raw == number
    content = http.get(f"/c/bank/{bank}/content/{number}", params={"include_signals": "true"}).json()
    assert content["signals"] == {"vpdq": VIDEO}
    assert http.delete(f"/c/bank/{bank}/content/{number}").status_code == 200
    assert look(http, HALF, kind="vpdq") == {}


def test_the_index_says_how_much_it_holds_at_once(http, bank):
    add(http, bank, pdq=ONES, video_md5=MD5)
    status = http.get("/m/index/status").json()
    assert status["pdq"]["size"] == status["video_md5"]["size"] == 1
    assert status["pdq"]["present"]
    assert abs(status["pdq"]["built_to"] - time.time()) < 60
    assert status["sha256"] == {"present": False, "built_to": -1, "size": 0}
    assert list(http.get("/m/index/status", params={"signal_type": "pdq"}).json()) == ["pdq"]
    unknown = http.get("/m/index/status", params={"signal_type": "nope"})
    assert (unknown.status_code, unknown.json()) == (400, {"message": "No such signal type 'nope'"})


# At once.

WAYS = {
    "by hash": lambda http, value: bool(look(http, value)),
    "raw": lambda http, value: bool(look(http, value, "/m/raw_lookup")["matches"]),
    "by file": lambda http, value: bool(http.post("/m/lookup", **photo()).json()["pdq"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_entry_matches_from_its_adding_to_its_removal_and_no_longer(http, bank, way):
    value = hashed(http)
    for _ in range(3):
        assert not WAYS[way](http, value)
        number = add(http, bank, pdq=value)
        assert WAYS[way](http, value)
        http.put(f"/c/bank/{bank}/content/{number}", json={"disable_until_ts": 0})
        assert not WAYS[way](http, value)
        http.put(f"/c/bank/{bank}/content/{number}", json={"disable_until_ts": 1})
        assert WAYS[way](http, value)
        assert http.delete(f"/c/bank/{bank}/content/{number}").json() == {"deleted": 1}
        assert not WAYS[way](http, value)


@pytest.mark.parametrize("way", WAYS)
def test_a_dropped_bank_matches_nothing_from_then_on(http, bank, way):
    value = hashed(http)
    add(http, bank, pdq=value)
    assert WAYS[way](http, value)
    http.delete(f"/c/bank/{bank}")
    assert not WAYS[way](http, value)


@pytest.mark.parametrize("way", WAYS)
def test_while_others_ask_an_entry_matches_within_fifty_milliseconds_and_stops_as_fast(
    server, http, bank, way
):
    asking, waits = threading.Event(), {True: [], False: []}

    def others():
        with server.http("screen") as mine:
            while not asking.is_set():
                look(mine, ONES)

    crowd = [threading.Thread(target=others) for _ in range(2)]
    value = hashed(http)
    alone = timed(lambda: WAYS[way](http, value))
    for one in crowd:
        one.start()
    for _ in range(10):
        number = add(http, bank, pdq=value)
        waits[True].append(until(WAYS[way], http, value, there=True))
        http.delete(f"/c/bank/{bank}/content/{number}")
        waits[False].append(until(WAYS[way], http, value, there=False))
    asking.set()
    for one in crowd:
        one.join()
    assert max(len(spent) for found in waits.values() for spent in found) == 1  # the first lookup knew
    assert sorted(sum(spent) for spent in waits[True])[4] < 0.05 + 3 * alone
    assert sorted(sum(spent) for spent in waits[False])[4] < 0.05 + 3 * alone


def timed(act) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def until(way, http, value, *, there) -> list[float]:
    """How long each lookup took until one said so."""
    spent, said = [], None
    while said is not there:
        start = time.perf_counter()
        said = way(http, value)
        spent.append(time.perf_counter() - start)
    return spent


def test_an_upload_like_a_banks_entry_is_held_for_a_second_look(server, http, bank):
    assert server.post_picture(OTHER, "before").status_code == 200
    http.post(f"/c/bank/{bank}/content", **photo(OTHER))
    reply = server.post_picture(OTHER, "after")
    assert reply.status_code == 202
    assert reply.json()["outcome"] == "hold"
    assert "second_review" in reply.json()["duties"]
    http.delete(f"/c/bank/{bank}")
    assert server.post_picture(OTHER, "later").status_code == 200
