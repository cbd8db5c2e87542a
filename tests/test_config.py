"""Settings: one table, four sources, and nothing unknown gets in."""

import pytest

from consentry.config import SETTINGS, load
from consentry.core.errors import SetupTrouble


def test_without_a_word_from_anybody_the_table_counts():
    settings = load(None, {}, {})
    assert all(getattr(settings, setting.name) == setting.default for setting in SETTINGS)


def test_file_then_environment_then_command_line(tmp_path):
    file = tmp_path / "consentry.toml"
    file.write_text('port = 1\nhost = "file"\nplaces = "gb"\n')
    settings = load(file, {"CONSENTRY_PORT": "2", "CONSENTRY_HOST": "environment"}, {"port": 3, "host": None})
    assert (settings.port, settings.host, settings.places) == (3, "environment", "gb")


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "many"), ("site", "perhaps"), ("patience", "soon"), ("nonsense", "1")],
)
def test_what_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(SetupTrouble, match=name):
        load(None, {f"CONSENTRY_{name.upper()}": value}, {})


@pytest.mark.parametrize("text", ["[", "port = "])
def test_a_file_that_is_not_toml_is_refused(tmp_path, text):
    file = tmp_path / "consentry.toml"
    file.write_text(text)
    with pytest.raises(SetupTrouble, match="not TOML"):
        load(file, {}, {})


def test_a_file_with_a_wrong_type_is_refused(tmp_path):
    file = tmp_path / "consentry.toml"
    file.write_text("site = 3\n")
    with pytest.raises(SetupTrouble, match="site"):
        load(file, {}, {})


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SetupTrouble, match=r"gone\.toml"):
        load(tmp_path / "gone.toml", {}, {})


@pytest.mark.parametrize(("text", "value"), [("1", True), ("YES", True), ("off", False), ("0", False)])
def test_switches_are_read_as_people_write_them(text, value):
    assert load(None, {"CONSENTRY_SITE": text}, {}).site is value


def test_the_database_is_in_the_data_directory_unless_said_otherwise(tmp_path):
    assert load(None, {}, {"data": str(tmp_path)}).database_url == f"sqlite:///{tmp_path}/consentry.db"
    assert load(None, {}, {"database": "postgresql+psycopg://x"}).database_url == "postgresql+psycopg://x"


def test_places_are_codes_with_commas():
    assert load(None, {}, {"places": " gb, eu ,"}).place_codes == {"gb", "eu"}


def test_no_secret_setting_is_shown_when_settings_are_printed():
    secret = "sk-very-secret"
    settings = load(None, {}, {"upstream_key": secret, "exposure_key": secret})
    assert secret not in repr(settings)


def test_measures_one_does_without_carry_their_reason():
    found = load(None, {}, {"exposure_not_covered": "exposure.minimal = no sea here; ; a=b"})
    assert found.not_covered == {"exposure.minimal": "no sea here", "a": "b"}
