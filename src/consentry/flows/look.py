"""Looking at a picture: covered by default, and itself only for a moment, once, and written down first.

1. A sentence says what kind of picture it is; nobody has to see anything to read it.
2. What is shown covered is made here, from pixels that the sandbox brought out.
3. Whoever presses and holds gets an address that opens once, for ten seconds, after the log says so.
4. Looks are counted. A day has a limit, and after many within an hour a break is due.

Of a case on the path of children nothing is shown, covered or not, to anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from consentry.core.content import Frame, Picture
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Forbidden, NotFound, NotOffered
from consentry.core.exposure import DAY, Exposure, Reveal, exposure, must_have_room
from consentry.core.platformports import Platform
from consentry.core.ports import Decoder, Ids, Snapshot, Store
from consentry.core.review import SEALED
from consentry.core.staff import Member
from consentry.media.covered import BLURS, SIDES, Style, covered, plain

PRESSED: Final = "looked"
"""What the log says when an original is shown."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Where pictures of cases are looked at."""

    store: Store
    """Where looks are kept."""
    platforms: Mapping[str, Platform]
    """Where pictures are fetched, by the moderators' door."""
    decoder: Decoder
    """Opens them, in the sandbox."""
    ids: Ids
    """Where identifiers and secrets come from."""
    limit: int
    """Most looks of one person within a day."""

    def exposure(self, member: Member) -> Exposure:
        """What somebody has looked at so far."""
        with self.store.read() as view:
            return self._exposure(view, member)

    def describe(self, review_id: str, copy_id: str) -> str:
        """What kind of picture a copy is, in a neutral sentence. Raises NotFound or Forbidden."""
        try:
            picture = self._picture(review_id, copy_id)
        except NotOffered:
            return "The platform does not give this picture out."
        return described(picture)

    def covered(self, review_id: str, copy_id: str, style: str, size: str, blur: str) -> bytes:
        """The picture made less of. Raises NotFound, Forbidden, or BadInput for a style there is not."""
        if style not in set(Style) or size not in SIDES or blur not in BLURS:
            raise BadInput("There is no such way of covering.", code="no_such_cover", param="style")
        return covered(self._still(review_id, copy_id), Style(style), size, blur)

    def ask(self, review_id: str, copy_id: str, member: Member) -> tuple[Reveal, str]:
        """A look and what opens it; the log says so before anybody can see. Raises Conflict or Forbidden."""
        opens = self.ids.new("opn")
        with self.store.begin() as tx:
            now = tx.now()
            review = tx.review(review_id)
            review.must_be_held(member.id, now)
            self._must_show(tx, review_id, copy_id)
            must_have_room(self._exposure(tx, member))
            look = Reveal(self.ids.new("rvl"), _digest(opens), review.case, copy_id, member.id, now)
            tx.append(Kind.CASE, _record(look, PRESSED) | {"review": review_id})
            tx.save_reveal(look)
        return look, opens

    def open(self, opens: str, member: Member) -> bytes:
        """The picture itself, once. Raises NotFound, always alike, before a look was asked for and after."""
        with self.store.begin() as tx:
            look = tx.reveal(_digest(opens))
            look.must_open(member.id, tx.now())
            tx.save_reveal(replace(look, used=tx.now()))
            review = next((one.id for one in tx.reviews_of(look.case)), "")
        shown = plain(self._still(review, look.copy))
        with self.store.read() as view:  # the platform may have taken longer than the look lasts
            look.must_open(member.id, view.now())
        return shown

    def cover(self, opens: str, member: Member) -> None:
        """Say that a picture was covered again: for how long it was seen is in the log."""
        with self.store.begin() as tx:
            look = tx.reveal(_digest(opens))
            if look.member != member.id or look.covered is not None:
                return
            look = replace(look, covered=tx.now())
            tx.save_reveal(look)
            tx.append(
                Kind.CASE,
                _record(look, "covered") | {"milliseconds": round(look.lasted.total_seconds() * 1000)},
            )

    def _exposure(self, view: Snapshot, member: Member) -> Exposure:
        now = view.now()
        return exposure(view.reveals(member.id, now - DAY), now, self.limit)

    def _still(self, review_id: str, copy_id: str) -> Frame:
        try:
            picture = self._picture(review_id, copy_id)
        except NotOffered:
            raise NotFound("The platform does not give this picture out.", code="media_gone") from None
        if not picture.frames:
            raise NotFound("This picture cannot be read.", code="media_unreadable")
        return picture.frames[0]

    def _picture(self, review_id: str, copy_id: str) -> Picture:
        with self.store.read() as view:
            self._must_show(view, review_id, copy_id)
            copy = view.copy(copy_id)
        return self.decoder.decode(self.platforms[copy.platform].fetch(copy.item))

    def _must_show(self, view: Snapshot, review_id: str, copy_id: str) -> None:
        review, copy = view.review(review_id), view.copy(copy_id)
        if copy.case != review.case or copy.platform not in self.platforms:
            raise NotFound("This case has no such copy.")
        if view.case(copy.case).state in SEALED:
            raise Forbidden(
                "Nothing of this case is shown.", code="sealed", next_step="Decide without looking."
            )


def described(picture: Picture) -> str:
    """A neutral sentence about `picture`: its kind, its shape, and how much of it there is."""
    if not picture.frames:
        return "The picture cannot be read here."
    first = picture.frames[0]
    shape = "square"
    if first.width != first.height:
        shape = "landscape" if first.width > first.height else "portrait"
    kind = (
        "A video" if picture.moves else "A moving picture" if len(picture.frames) > 1 else "One still picture"
    )
    stills = f", {len(picture.frames)} stills of it" if len(picture.frames) > 1 else ""
    return f"{kind}, {shape}, {first.width} by {first.height}{stills}."


def _record(look: Reveal, event: str) -> dict[str, object]:
    return {"case": look.case, "copy": look.copy, "look": look.id, "event": event, "by": look.member}


def _digest(opens: str) -> str:
    return hashlib.sha256(opens.encode()).hexdigest()
