from datetime import UTC, datetime

from consentry.core.arrivals import ARRIVED, Arrived

AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_post_is_ordered_once_in_each_version():
    post = Arrived("7", "42", "v1", ("https://a.example/1", "https://a.example/2"))
    job = post.job("pond", AT)
    assert (job.kind, job.run_at) == (ARRIVED, AT)
    assert job.payload == {
        "platform": "pond",
        "post": "7",
        "account": "42",
        "pictures": "https://a.example/1\nhttps://a.example/2",
    }
    assert job.dedup == "arrived:pond:7:v1"
    assert not job.patient
