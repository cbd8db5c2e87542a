"""How cases, copies, pictures and jobs are written down in plain columns, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import Any

from consentry.core.case import Case, CaseState, Copy, CopyState, RefusalGround
from consentry.core.caution import Caution
from consentry.core.consent import Consent, Use
from consentry.core.deadline import Deadline
from consentry.core.errors import BadInput
from consentry.core.making import Making, MakingState
from consentry.core.match import PDQ_BITS, FrameHash, Hashes, Method
from consentry.core.message import Message, Side
from consentry.core.ports import ApiKey, Ids, Job, Known

MAX_ATTEMPTS = 600
"""Tries after which a job is dead: at one in ten minutes, more than three days, beyond any legal clock."""

LATE = timedelta(minutes=1)
"""A job that has been due for longer than this is late, and somebody should look."""

PDQ_BYTES = PDQ_BITS // 8
"""Bytes in a PDQ hash."""

FRAME = Struct(">32sBII")
"""A frame of a video: its hash, its quality, its number, and when it is shown, in milliseconds."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Moments are kept as whole microseconds since this one: both databases compare them exactly."""

Row = Mapping[str, Any]
"""One row of a table, by column."""


@lru_cache(64)  # a list is taken in at one moment
def micros(at: datetime) -> int:
    """`at` as microseconds since 1970 in UTC. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be kept")
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    """The moment `value` microseconds after 1970, in UTC."""
    return EPOCH + timedelta(microseconds=value)


def salt_from(ids: Ids) -> bytes:
    """A fresh salt of 32 bytes; two identifiers carry 256 random bits."""
    return sha256(f"{ids.new('slt')}{ids.new('slt')}".encode()).digest()


def error_class(why: str) -> str:
    """`why` if it is the name of an error, else `Trouble`: a database keeps no other service's words."""
    return why if why.isidentifier() and len(why) <= 64 else "Trouble"  # noqa: PLR2004 - a long name is no name


def case_row(case: Case) -> dict[str, Any]:
    """The columns of `case`."""
    return {
        "id": case.id,
        "state": case.state.value,
        "received": micros(case.received),
        "due": micros(case.due),
        "deadlines": [_deadline_row(deadline) for deadline in case.deadlines],
        "version": case.version,
        "stopped": maybe_micros(case.stopped),
        "ground": case.ground.value if case.ground else None,
        "papers": case.papers,
        "caution": case.caution.value,
        "line": case.line,
    }


def case_from(row: Row) -> Case:
    """The case in `row`."""
    return Case(
        id=row["id"],
        state=CaseState(row["state"]),
        received=moment(row["received"]),
        due=moment(row["due"]),
        deadlines=tuple(_deadline_from(deadline) for deadline in row["deadlines"]),
        version=row["version"],
        stopped=maybe_moment(row["stopped"]),
        ground=RefusalGround(row["ground"]) if row["ground"] else None,
        papers=row["papers"],
        caution=Caution(row["caution"]),
        line=row["line"],
    )


def copy_row(copy: Copy) -> dict[str, Any]:
    """The columns of `copy`."""
    return {
        "id": copy.id,
        "case_id": copy.case,
        "platform": copy.platform,
        "item": copy.item,
        "url": copy.url,
        "method": copy.method.value,
        "distance": copy.distance,
        "state": copy.state.value,
        "hidden": maybe_micros(copy.hidden),
        "gone": maybe_micros(copy.gone),
    }


def copy_from(row: Row) -> Copy:
    """The copy in `row`."""
    return Copy(
        id=row["id"],
        case=row["case_id"],
        platform=row["platform"],
        item=row["item"],
        url=row["url"],
        method=Method(row["method"]),
        distance=row["distance"],
        state=CopyState(row["state"]),
        hidden=maybe_moment(row["hidden"]),
        gone=maybe_moment(row["gone"]),
    )


def known_row(known: Known) -> dict[str, Any]:
    """The columns of `known`, without the number of its change. Raises BadInput for a misshapen hash."""
    return {
        "id": known.id,
        "source": known.source,
        "sha256": known.hashes.sha256,
        "pdq": _packed(known.hashes.pdq),
        "quality": known.hashes.quality,
        "frames": packed_frames(known.hashes.frames),
        "case_id": known.case,
        "platform": known.platform,
        "item": known.item,
        "url": known.url,
        "active": known.active,
    }


def known_from(row: Row) -> Known:
    """The known picture in `row`."""
    return Known(
        id=row["id"],
        source=row["source"],
        hashes=Hashes(
            row["sha256"], _unpacked(row["pdq"]), row["quality"], frames=unpacked_frames(row["frames"])
        ),
        case=row["case_id"],
        platform=row["platform"],
        item=row["item"],
        url=row["url"],
        active=row["active"],
    )


def turn(job: Job) -> tuple[bool, datetime, int]:
    """What jobs are claimed in the order of: patient ones last, then the oldest first."""
    return job.patient, job.run_at, job.id


def job_from(row: Row) -> Job:
    """The job in `row`."""
    return Job(
        kind=row["kind"],
        payload=row["payload"],
        dedup=row["dedup"],
        run_at=moment(row["run_at"]),
        id=row["id"],
        token=row["token"],
        attempts=row["attempts"],
        patient=row["patient"],
    )


def key_row(key: ApiKey) -> dict[str, Any]:
    """The columns of `key`."""
    return {
        "id": key.id,
        "digest": key.digest,
        "label": key.label,
        "scopes": sorted(key.scopes),
        "tier": key.tier,
        "expires": micros(key.expires),
        "revoked": key.revoked,
    }


def key_from(row: Row) -> ApiKey:
    """The API key in `row`."""
    return ApiKey(
        id=row["id"],
        digest=row["digest"],
        label=row["label"],
        scopes=frozenset(row["scopes"]),
        tier=row["tier"],
        expires=moment(row["expires"]),
        revoked=row["revoked"],
    )


def consent_row(consent: Consent) -> dict[str, Any]:
    """The columns of `consent`."""
    return {
        "id": consent.id,
        "person": consent.person,
        "account": consent.account,
        "use": consent.use.value,
        "adult": consent.adult,
        "given": micros(consent.given),
        "expires": micros(consent.expires),
        "revoked": maybe_micros(consent.revoked),
        "routes": sorted(consent.routes),
        "inputs": [
            {"sha256": bound.sha256, "pdq": _packed(bound.pdq).hex(), "quality": bound.quality}
            for bound in consent.inputs
        ],
        "evidence": consent.evidence,
        "recorder": consent.recorder,
    }


def message_row(message: Message) -> dict[str, Any]:
    """`message` as a row."""
    return {
        "case_id": message.case,
        "side": message.side.value,
        "at": micros(message.at),
        "words": message.words,
    }


def message_from(row: Row) -> Message:
    """The message in `row`."""
    return Message(row["case_id"], Side(row["side"]), moment(row["at"]), row["words"])


def consent_from(row: Row) -> Consent:
    """The consent in `row`."""
    return Consent(
        id=row["id"],
        person=row["person"],
        account=row["account"],
        use=Use(row["use"]),
        adult=row["adult"],
        given=moment(row["given"]),
        expires=moment(row["expires"]),
        revoked=maybe_moment(row["revoked"]),
        routes=frozenset(row["routes"]),
        inputs=tuple(
            Hashes(bound["sha256"], _unpacked(bytes.fromhex(bound["pdq"])), bound["quality"])
            for bound in row["inputs"]
        ),
        evidence=row["evidence"],
        recorder=row["recorder"],
    )


def making_row(making: Making) -> dict[str, Any]:
    """The columns of an image in the ledger, without its number."""
    return {
        "id": making.id,
        "decision": making.decision,
        "request": making.request,
        "account": making.account,
        "route": making.route,
        "at": micros(making.at),
        "state": making.state.value,
        "sha256": making.sha256,
        "judged": making.judged,
        "prompt": making.prompt,
        "consent": making.consent,
        "inputs": list(making.inputs),
    }


def making_from(row: Row) -> Making:
    """The image in `row`."""
    return Making(
        id=row["id"],
        decision=row["decision"],
        request=row["request"],
        account=row["account"],
        route=row["route"],
        at=moment(row["at"]),
        state=MakingState(row["state"]),
        sha256=row["sha256"],
        judged=row["judged"],
        prompt=row["prompt"],
        consent=row["consent"],
        inputs=tuple(row["inputs"]),
    )


def maybe_micros(at: datetime | None) -> int | None:
    """As `micros`; nothing for nothing."""
    return None if at is None else micros(at)


def maybe_moment(value: int | None) -> datetime | None:
    """As `moment`; nothing for nothing."""
    return None if value is None else moment(value)


def _deadline_row(deadline: Deadline) -> dict[str, Any]:
    return {
        "clock": deadline.clock,
        "cite": deadline.cite,
        "jurisdiction": deadline.jurisdiction,
        "due": micros(deadline.due),
        "advisory": deadline.advisory,
    }


def _deadline_from(row: Row) -> Deadline:
    return Deadline(**{**row, "due": moment(row["due"])})


def _packed(hashes: tuple[bytes, ...]) -> bytes:
    if any(len(one) != PDQ_BYTES for one in hashes):
        raise BadInput(f"A PDQ hash has {PDQ_BYTES} bytes.", param="pdq")
    return b"".join(hashes)


def _unpacked(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[start : start + PDQ_BYTES] for start in range(0, len(data), PDQ_BYTES))


def packed_frames(frames: tuple[FrameHash, ...]) -> bytes | None:
    """The frames of a video one after another; nothing of a picture."""
    if any(len(frame.pdq) != PDQ_BYTES for frame in frames):
        raise BadInput(f"A PDQ hash has {PDQ_BYTES} bytes.", param="frames")
    packed = (FRAME.pack(one.pdq, one.quality, one.number, one.milliseconds) for one in frames)
    return b"".join(packed) or None


def unpacked_frames(data: bytes | None) -> tuple[FrameHash, ...]:
    """What `packed_frames` packed."""
    return tuple(FrameHash(*columns) for columns in FRAME.iter_unpack(data or b""))
