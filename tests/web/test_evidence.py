"""The page of a pack shows everything that is few, says what it leaves out, and takes nothing as markup."""

from consentry.web.evidence import SHOWN, TOLD, summary

ABOUT = {
    "about": "case <C-1>",
    "made": "2026-11-22T09:00:00.000000Z", "made_by": "Ada & Co", "key": "log.example+ab+cd",
    "size": 9, "lines": 3, "erased": 1, "decisions": 1, "policies": ["p1"],
    "holds": [{"why": "Order", "by": "Grace", "at": "2026-11-01"}],
}  # fmt: skip
ROW = {"line": 1, "at": "2026-11-22T09:00:00.000000Z", "kind": "copy", "event": "was_hidden", "outcome": "",
       "decision": "", "case": "C-1"}  # fmt: skip
REASON = {"says": "It shows <somebody>.", "certain": False, "cite": "Act 1", "url": "", "jurisdiction": "gb",
          "facts": [{"measure": "person", "threshold": 0.5, "score": None}]}  # fmt: skip
DECISION = {"outcome": "refuse", "decision": "dec_1", "policy": "p1", "stage": "ask", "day": "2026-11-22",
            "context": {"route": "images"}, "reasons": [REASON]}  # fmt: skip


def page(rows=1, decisions=1):
    return summary(ABOUT, [ROW] * rows, [DECISION] * decisions, {"lines.jsonl": "ab" * 32}).decode()


def test_it_says_what_happened_and_why():
    text = page()
    for said in ("Case &lt;C-1&gt;",
                 "Ada &amp; Co", "copy: was hidden", "It shows &lt;somebody&gt;.", "Act 1",
                 "somebody could not look", "person not seen", "Order (Grace", "ab" * 32, "log.example",
                 "1 hold only a seal", "route images"):  # fmt: skip
        assert said in text, said


def test_it_says_what_it_leaves_out():
    assert "Every line, oldest first" in page(rows=2)
    assert f"The first {SHOWN:,} of {SHOWN + 1:,} lines" in page(rows=SHOWN + 1)
    assert "3 more are in" in page(decisions=TOLD + 3)
    assert page(decisions=TOLD + 3).count("<h3>") == TOLD


def test_without_decisions_it_gives_no_reasons():
    assert "<h2>Why</h2>" not in page(decisions=0)
