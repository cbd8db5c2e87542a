"""Coming back with reference and six words: what happened and when, messages, more places, taking it back.

Facts with times, never the name of anybody who works on it, and never the image. A wrong reference
and wrong words look alike and take as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import anyio.to_thread
from starlette.responses import Response
from starlette.routing import Route

from consentry.core.case import CaseState, Copy, CopyState
from consentry.core.errors import BadInput, IllegalTransition, NotAllowed
from consentry.core.message import MAX_MESSAGE
from consentry.web.comeback import receipt_of
from consentry.web.network import network
from consentry.web.public import questions
from consentry.web.public.pages import KEEP_NOTHING, page
from consentry.web.public.questions import Fault
from consentry.web.public.session import Visits
from consentry.web.public.visit import Visit, endpoint
from consentry.wiring import System

LONGEST_LINE = 200
"""Longest reference or passphrase that is looked at, in characters."""

Form = Mapping[str, str]
"""What was sent; empty where nothing was."""

DONE = "done"
"""Where the visit keeps what was just done, until the next page has said it once."""

Moment = tuple[datetime, str, str]
"""When something happened, the key of the sentence that says what, and the address."""


def routes(system: System, visits: Visits) -> list[Route]:
    """Every page of somebody who comes back."""

    def route(path: str, answer: Callable[[System, Visit, Form], Response]) -> Route:
        async def answered(visit: Visit) -> Response:
            form = await visit.form() if visit.request.method == "POST" else {}
            return await anyio.to_thread.run_sync(answer, system, visit, form)

        return Route(path, endpoint(visits, answered), methods=["GET", "POST"])

    return [
        route("/{lang}/status", _status),
        route("/{lang}/case", _case),
        route("/{lang}/withdraw", _withdraw),
        route("/{lang}/receipt", _receipt),
    ]


def _status(system: System, visit: Visit, form: Form) -> Response:
    """Ask for reference and words, and open the case if they belong together."""
    if visit.request.method != "POST":
        return page("status.html", "status", visit.words, back="", reference="")
    reference = form.get("reference", "").strip().upper()[:LONGEST_LINE]
    passphrase = form.get("passphrase", "")[:LONGEST_LINE]
    system.door.look(network(visit.request), reference)
    try:
        system.desk.look_up(reference, passphrase)
    except NotAllowed:
        faults = {"reference": Fault("status.missing")}
        return page("status.html", "status", visit.words, 422, back="", reference=reference, faults=faults)
    return visit.begin("case", {"reference": reference, "passphrase": passphrase})


def _case(system: System, visit: Visit, form: Form) -> Response:
    """The case as it stands; with a form, first a message is written or places are added.

    What was done is answered by sending the browser to the case: loading that page again does nothing twice.
    """
    held = _held(visit, system)
    if held is None:
        return visit.to("status")
    if visit.request.method != "POST":
        return _shown(system, visit, held, done=_just_done(visit))
    act, done = (_add, "added") if form.get("do") == "add" else (_write, "written")
    faults = act(system, held, form)
    if faults:
        return _shown(system, visit, held, faults=faults, form=form)
    visit.keep({**(visit.answers or {}), DONE: done})
    return visit.to("case")


def _just_done(visit: Visit) -> str:
    """What was done by the form before this page, said once; empty if nothing was."""
    answers = visit.answers or {}
    if DONE not in answers:
        return ""
    visit.keep({name: value for name, value in answers.items() if name != DONE})
    return str(answers[DONE])


def _write(system: System, held: tuple[str, str], form: Form) -> Mapping[str, Fault]:
    try:
        system.desk.write(*held, form.get("text", ""))
    except BadInput as error:
        full = error.code == "messages_full"
        return {"text": Fault("case.full") if full else Fault("case.written_trouble", MAX_MESSAGE)}
    return {}


def _add(system: System, held: tuple[str, str], form: Form) -> Mapping[str, Fault]:
    try:
        system.desk.add_places(*held, questions.urls({"urls": form.get("urls", "")}))
    except BadInput as error:
        return {"urls": Fault("case.full" if error.code == "report_full" else "where.address")}
    except IllegalTransition:
        return {"urls": Fault("withdraw.late")}
    return {}


def _receipt(system: System, visit: Visit, _form: Form) -> Response:
    """The receipt as a file, under a name that gives nothing away."""
    held = _held(visit, system)
    if held is None:
        return visit.to("status")
    case, _ = system.desk.look_up(*held)
    headers = {**KEEP_NOTHING, "content-disposition": 'attachment; filename="receipt.json"'}
    return Response(receipt_of(system, case), 200, headers, "application/json")


def _withdraw(system: System, visit: Visit, _form: Form) -> Response:
    """Ask once more, then take the report back."""
    held = _held(visit, system)
    if held is None:
        return visit.to("status")
    if visit.request.method != "POST":
        return page("withdraw.html", "withdraw", visit.words, back="case")
    try:
        system.desk.withdraw(*held)
    except IllegalTransition:
        return page(
            "withdraw.html",
            "withdraw",
            visit.words,
            409,
            back="case",
            faults={"withdraw": Fault("withdraw.late")},
        )
    return visit.to("case")


def _held(visit: Visit, system: System) -> tuple[str, str] | None:
    """Reference and words of somebody who is looking at a report, and is counted. Raises TooMany."""
    answers = visit.answers
    if answers is None or "reference" not in answers:
        return None
    system.door.look(network(visit.request), answers["reference"])
    return answers["reference"], answers["passphrase"]


def _shown(
    system: System,
    visit: Visit,
    held: tuple[str, str],
    *,
    faults: Mapping[str, Fault] | None = None,
    form: Form | None = None,
    done: str = "",
) -> Response:
    case, copies = system.desk.look_up(*held)
    alive = case.state not in {CaseState.REFUSED, CaseState.WITHDRAWN}
    return page(
        "case.html",
        "case",
        visit.words,
        422 if faults else 200,
        case=case,
        moments=sorted((moment for copy in copies for moment in _moments(copy)), key=lambda one: one[0]),
        timeless=[found for copy in copies for found in _timeless(copy)],
        letters=system.desk.read(*held),
        alive=alive,
        can_withdraw=case.state in {CaseState.OPEN, CaseState.HIDDEN, CaseState.REMOVED},
        faults=faults or {},
        form=form or {},
        done=done,
    )


def _timeless(copy: Copy) -> list[tuple[str, str]]:
    """What is true of one copy without a time on record."""
    if copy.state is CopyState.FOUND:
        return [("case.found", copy.url)]
    return [("case.copy_restored", copy.url)] if copy.state is CopyState.RESTORED else []


def _moments(copy: Copy) -> list[Moment]:
    """What happened to one copy, with times."""
    found = ((copy.hidden, "case.copy_hidden"), (copy.gone, "case.copy_gone"))
    return [(at, key, copy.url) for at, key in found if at is not None]
