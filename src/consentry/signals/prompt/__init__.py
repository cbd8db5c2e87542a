"""What the words of a request ask for, judged by concepts in many languages, as a router only."""

from __future__ import annotations

from collections.abc import Sequence

from consentry.core.content import Draft, Request, Stage, Subject
from consentry.core.finding import Finding, Seen
from consentry.signals.prompt.concepts import lexicon
from consentry.signals.prompt.router import route


class PromptSignal:
    """`prompt.harm`, `prompt.minor`, `prompt.unwilling`, `prompt.suspicion`, each from 0.0 to 1.0."""

    measures = frozenset({"prompt.harm", "prompt.minor", "prompt.unwilling", "prompt.suspicion"})
    stages = frozenset({Stage.ASK, Stage.ANSWER})

    def __init__(self) -> None:
        """Read the word lists now, so that no caller waits for them."""
        self._version = f"prompt {lexicon().version}"

    def look(self, subject: Subject) -> Sequence[Finding]:
        """Four findings. A request is read alone and as the last of what was asked for in a conversation.

        Of a draft both the prompt and its rewritten form are read; the gravest reading counts.
        """
        match subject:
            case Request():
                return self._findings(subject, (subject.prompt,))
            case Draft(request=request):
                return self._findings(request, (request.prompt, subject.caption))
            case _:
                return ()

    def _findings(self, request: Request, texts: Sequence[str]) -> Sequence[Finding]:
        person = 1.0 if request.pictures else 0.0
        routed = [route(text, person, request.earlier) for text in texts if text]
        concepts = sorted({name for one in routed for name in one.concepts})
        evidence = ", ".join(concepts) or "no concept found"
        scores = {
            "prompt.harm": max((one.harm for one in routed), default=0.0),
            "prompt.minor": max((one.minor for one in routed), default=0.0),
            "prompt.unwilling": max((one.unwilling for one in routed), default=0.0),
            "prompt.suspicion": max((one.suspicion for one in routed), default=0.0),
        }
        return tuple(Seen(name, score, evidence, self._version) for name, score in scores.items())
