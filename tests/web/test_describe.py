"""What routes take and give is said in the words of OpenAPI."""

from consentry.web import describe


def test_a_body_may_come_in_several_content_types():
    body = describe.takes(
        "It.", json=describe.thing({"a": describe.text("An a.")}), picture=describe.picture("P.")
    )
    assert set(body["requestBody"]["content"]) == {"application/json", "image/*"}
    assert body["requestBody"]["required"] is True


def test_an_object_names_what_it_needs_and_no_more():
    fields = {"n": describe.number("How many.", minimum=1), "on": describe.flag("Whether.")}
    assert describe.thing(fields, ("n",))["required"] == ["n"]
    assert "required" not in describe.thing(fields)
    assert describe.thing(fields)["properties"]["n"]["minimum"] == 1


def test_a_list_says_what_is_in_it():
    assert describe.several("Why.", describe.text("A reason."))["items"]["type"] == "string"


def test_an_answer_may_have_no_body():
    assert describe.gives("Done.") == {"description": "Done."}
    assert describe.gives("A note.", describe.text("It."), "text/plain")["content"].keys() == {"text/plain"}


def test_a_key_is_asked_for_by_its_scope():
    assert describe.needs("gate") == {"security": [{describe.KEY: ["gate"]}]}
    assert describe.KEY in describe.SECURITY
