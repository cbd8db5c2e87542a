"""A person depicted in a video has it hidden wherever it was posted, whole, in part, or as a still."""

import time

import httpx2

from support.running import Running, png
from support.videos import encoded, film

FILM = film([61, 62, 63], each=1.2)
REPORT = {
    "standing": "self",
    "under18": "no",
    "statement": "It was made and shared without my agreement.",
    "declares_intimate": True,
    "good_faith": True,
    "signature": "A. Person",
    "place": "gb",
}


def report(server: Running, item: str) -> dict:
    with server.http() as http:
        reply = http.post("/v1/reports", json={**REPORT, "urls": [server.address(item)]})
        receipt = reply.json()
        ends = time.monotonic() + 40
        while time.monotonic() < ends:
            path = f"/v1/reports/{receipt['reference']}/status"
            found = http.post(path, json={"passphrase": receipt["passphrase"]}).json()
            if found["state"] == "removed":
                return found
            time.sleep(0.2)
    raise AssertionError(found)


def gone(server: Running, item: str) -> bool:
    return httpx2.get(server.address(item)).status_code in {404, 410, 451}


def test_every_copy_of_a_reported_video_is_hidden_and_no_other_may_come(server: Running):
    posts = {
        "film": encoded(FILM),
        "film-again-small": encoded(FILM, "webm", size=(240, 180)),
        "film-cut": encoded(FILM[20:44], "mkv"),
        "film-still": png(FILM[30]),
        "another-film": encoded(film([71, 72, 73], each=1.2)),
    }
    for item, data in posts.items():
        assert server.post_picture(data, item).status_code == 200

    ended = report(server, "film")

    assert ended["copies"] == {"found": 4, "hidden": 4, "gone": 4}
    assert not gone(server, "another-film")
    for item in ("film", "film-again-small", "film-cut", "film-still"):
        assert gone(server, item)

    for data in (encoded(FILM, "mov", codec="mpeg4"), encoded(FILM[::3], fps=5), png(FILM[40])):
        assert server.post_picture(data, "once-more").status_code == 451
    assert server.post_picture(encoded(film([74], each=1.2)), "something-else").status_code == 200


def test_a_reported_picture_is_found_in_a_video_that_shows_it_for_a_moment(server: Running):
    still = film([64], each=0.1)[0]
    shown = film([65, 66], each=1)
    shown[13] = still
    assert server.post_picture(png(still), "still").status_code == 200
    assert server.post_picture(encoded(shown), "shows-it").status_code == 200

    assert report(server, "still")["copies"]["found"] == 2
    assert gone(server, "shows-it")


def test_what_nobody_can_read_is_never_shown(server: Running):
    data = encoded(FILM, "webm")
    assert server.post_picture(data[: len(data) // 2], "broken").status_code == 400
