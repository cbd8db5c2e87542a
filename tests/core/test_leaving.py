from consentry.core.leaving import Stated, recall_job
from consentry.core.making import Handle
from core.made import NOON


def test_a_recall_begins_with_the_first_portion_and_only_once():
    job = recall_job("C-1", Handle.CONSENT, "cns_1", NOON)
    assert job.kind == "recall"
    assert job.payload == {"recall": "C-1", "handle": "consent", "value": "cns_1", "after": "0"}
    assert job.dedup == "recall:C-1:consent:cns_1"
    assert job.run_at == NOON


def test_what_is_stated_is_the_decision_and_no_more():
    assert Stated("dec_1", edited=True, label=False).decision == "dec_1"
