"""The form itself: one question a page, and nothing is sent before the answers were checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import anyio.to_thread
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consentry.core.case import Case
from consentry.core.entry import stamp
from consentry.core.errors import BadInput, NotFound
from consentry.flows.report import Receipt
from consentry.web.network import network
from consentry.web.public import questions
from consentry.web.public.pages import KEEP_NOTHING, helplines, page
from consentry.web.public.questions import QUESTIONS, Fault
from consentry.web.public.session import Answers, Visits
from consentry.web.public.visit import Visit, endpoint
from consentry.wiring import System

SENT = "sent"
"""Where the visit keeps what was answered to a report that was sent."""


def routes(system: System, visits: Visits) -> list[Route]:
    """Every page from the start to the receipt."""
    bound = partial(endpoint, visits)
    leave_to = system.settings.report_leave_to

    async def start(visit: Visit) -> Response:
        return _start(visit, system)

    async def begin(visit: Visit) -> Response:
        return visit.begin("quickly", {})

    async def leave(visit: Visit) -> Response:
        return visit.end(RedirectResponse(leave_to, 303, KEEP_NOTHING))

    async def finish(visit: Visit) -> Response:
        return visit.end(visit.to())

    async def send(visit: Visit) -> Response:
        turn = (await visit.form()).get("turn", "")
        return await anyio.to_thread.run_sync(_send, visit, system, turn)

    return [
        Route("/{lang}/", bound(start)),
        Route("/{lang}/begin", bound(begin), methods=["POST"]),
        Route("/{lang}/leave", bound(leave)),
        Route("/{lang}/finish", bound(finish), methods=["POST"]),
        Route("/{lang}/quickly", bound(_quickly)),
        Route("/{lang}/child", bound(partial(_between, "child"))),
        Route("/{lang}/seen", bound(partial(_between, "seen"))),
        Route("/{lang}/check", bound(_check), methods=["GET"]),
        Route("/{lang}/check", bound(send), methods=["POST"]),
        Route("/{lang}/sent", bound(_sent)),
        Route("/{lang}/{question}", bound(_question), methods=["GET", "POST"]),
    ]


def _start(visit: Visit, system: System, status: int = 200, *, ended: bool = False) -> Response:
    return page(
        "start.html",
        "start",
        visit.words,
        status,
        leave=False,
        hours=system.settings.default_hours,
        helplines=helplines("line"),
        ended=ended,
    )


async def _quickly(visit: Visit) -> Response:
    return page("quickly.html", "quickly", visit.words, back="", begun=visit.answers is not None)


async def _between(name: str, visit: Visit) -> Response:
    """A page that asks nothing: who else helps a child, or what else there is for somebody who saw it."""
    answers = _filling(visit)
    if answers is None or not questions.reachable(name, answers):
        return _elsewhere(visit)
    way = questions.way(answers)
    after = way[way.index(name) + 1] if name != way[-1] else ""
    back = way[way.index(name) - 1]
    return page(f"{name}.html", name, visit.words, back=back, after=after, helplines=helplines("child"))


async def _question(visit: Visit) -> Response:
    name = visit.request.path_params["question"]
    if name not in QUESTIONS:
        raise NotFound("There is no such question.")
    answers = _filling(visit)
    if answers is None or not questions.reachable(name, answers):
        return _elsewhere(visit)
    if visit.request.method != "POST":
        return _asked(visit, name, answers)
    answers = {**answers, **questions.read(QUESTIONS[name], await visit.form())}
    faults = questions.wrong(name, answers)
    if faults:
        return _asked(visit, name, answers, faults)
    visit.keep(answers)
    return visit.to(_after(name, answers))


def _after(name: str, answers: Answers) -> str:
    """Where to go from a question that is answered: on, or back to the check once all is there."""
    way = questions.way(answers)
    following = way[way.index(name) + 1]
    if following == "child" or questions.open_page(answers) != "check":
        return following
    return "check"


def _asked(visit: Visit, name: str, answers: Answers, faults: Mapping[str, Fault] | None = None) -> Response:
    way = questions.way(answers)
    asked = [each for each in way if each in QUESTIONS]
    at = way.index(name)
    return page(
        "question.html",
        name,
        visit.words,
        422 if faults else 200,
        question=QUESTIONS[name],
        answers=answers,
        faults=faults or {},
        back=way[at - 1] if at else "quickly",
        at=asked.index(name) + 1,
        of=len(asked),
        child=questions.on_child_path(answers),
        count=len(questions.hashes(answers)),
    )


async def _check(visit: Visit) -> Response:
    answers = _filling(visit)
    if answers is None or not questions.reachable("check", answers):
        return _elsewhere(visit)
    return _checked(visit, answers)


def _checked(visit: Visit, answers: Answers, faults: Mapping[str, Fault] | None = None) -> Response:
    return page(
        "check.html",
        "check",
        visit.words,
        422 if faults else 200,
        rows=_rows(visit, answers),
        back="sign",
        faults=faults or {},
    )


def _rows(visit: Visit, answers: Answers) -> Sequence[tuple[str, str, str]]:
    """What was answered: the key of its name, the answer in words, and the page to change it on."""
    say = visit.words
    found = len(questions.hashes(answers))
    guardian = answers["standing"] == "guardian"
    rows = [
        ("who", say(f"who.{answers['standing']}"), "who"),
        ("age", "" if guardian else say(f"age.{answers['under18']}"), "age"),
        ("urls", "\n".join(questions.urls(answers)), "where"),
        ("where", answers["where"], "where"),
        ("hashes", str(found) if found else "", "copies"),
        ("why", say(f"why.{answers['why']}"), "why"),
        ("statement", answers["statement"] or say(f"says.{answers['why']}"), "why"),
        ("contact", answers["contact"], "reach"),
        ("safe", say(f"reach.{answers['may_write'] or 'no'}") if answers["contact"] else "", "reach"),
        ("intimate", say("reach.yes"), "sign"),
        ("good_faith", say("reach.yes"), "sign"),
        ("signature", answers["signature"], "sign"),
    ]
    way = questions.way(answers)
    return [row for row in rows if row[2] in way and (row[0] != "safe" or row[1])]


def _send(visit: Visit, system: System, turn: str) -> Response:
    """Send the report, once however often it is asked for. Raises TooMany."""
    with visit.visits.sending:
        answers = visit.visits.read(visit.token)
        if answers is None:
            return _start(visit, system, 410, ended=True)
        if SENT in answers:
            return visit.to("sent")
        if "reference" in answers:
            return visit.to("case")
        if not questions.reachable("check", answers):
            return visit.to(questions.open_page(answers))
        caller = network(visit.request)
        system.door.report(caller, turn)
        try:
            receipt = system.desk.receive(questions.report(answers, visit.words), caller)
        except BadInput:
            return _checked(visit, answers, {"send": Fault("all.wrong")})
        visit.keep(_kept(receipt, child=questions.on_child_path(answers), system=system))
    return visit.to("sent")


def _kept(receipt: Receipt, *, child: bool, system: System) -> Answers:
    """All that the visit still needs; what was entered is forgotten."""
    case: Case = receipt.case
    with system.store.read() as snapshot:
        copies, waits = len(snapshot.copies(case.id)), snapshot.case(case.id).caution.waits
    sent = {
        "received": stamp(case.received),
        "due": stamp(case.due),
        "copies": copies,
        "waits": waits,
        "child": child,
    }
    return {"reference": receipt.reference, "passphrase": receipt.passphrase, SENT: sent}


async def _sent(visit: Visit) -> Response:
    answers = visit.answers
    if answers is None or SENT not in answers:
        return _elsewhere(visit)
    return page(
        "sent.html",
        "sent",
        visit.words,
        reference=answers["reference"],
        passphrase=answers["passphrase"],
        received=datetime.fromisoformat(answers[SENT]["received"]),
        due=datetime.fromisoformat(answers[SENT]["due"]),
        copies=answers[SENT]["copies"],
        waits=answers[SENT]["waits"],
        child=answers[SENT]["child"],
    )


def _filling(visit: Visit) -> Answers | None:
    """The answers of somebody who is filling the form in; None for whoever looks at a report."""
    return None if visit.answers is None or "reference" in visit.answers else visit.answers


def _elsewhere(visit: Visit) -> Response:
    """Where somebody belongs who is not where they can be: at the first open question, or at the start."""
    answers = visit.answers
    if answers is None:
        return visit.to()
    if SENT in answers:
        return visit.to("sent")
    if "reference" in answers:
        return visit.to("case")
    return visit.to(questions.open_page(answers))
