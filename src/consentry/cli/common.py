"""What every noun of the command line shares: settings, plain errors, and JSON on request."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from consentry.cli import ExitCode
from consentry.config import SETTINGS, Settings, load
from consentry.core.errors import CallerTrouble, OurTrouble, SetupTrouble, Trouble

_P = ParamSpec("_P")
_T = TypeVar("_T")


def settings_options(function: Callable[..., _T]) -> Callable[..., _T]:
    """Give a command `--config` and one option for every setting."""
    for setting in reversed(SETTINGS):
        flag = f"--{setting.name.replace('_', '-')}"
        if isinstance(setting.default, bool):
            flag = f"{flag}/--no-{setting.name.replace('_', '-')}"
        kind = type(setting.default)
        function = click.option(flag, setting.name, default=None, type=kind, help=setting.help)(function)
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.option(
        "--config", type=file, default=None, envvar="CONSENTRY_CONFIG", help="A TOML file with settings."
    )(function)


def settings_from(options: Mapping[str, object]) -> Settings:
    """The settings in force, given a command's options. Raises SetupTrouble."""
    flags = {name: value for name, value in options.items() if name != "config"}
    config = options.get("config")
    return load(config if isinstance(config, Path) else None, None, flags)


def plain_errors(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn our own errors into a sentence, a next step and an exit code; no traceback."""

    @functools.wraps(function)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return function(*args, **kwargs)
        except Trouble as trouble:
            click.echo(f"{trouble.message}\n{trouble.next_step}", err=True)
            sys.exit(_exit_code(trouble))

    return wrapped


def _exit_code(trouble: Trouble) -> ExitCode:
    if isinstance(trouble, SetupTrouble):
        return ExitCode.SETUP_ERROR
    if isinstance(trouble, CallerTrouble):
        return ExitCode.USER_ERROR
    if isinstance(trouble, OurTrouble):
        return ExitCode.UNAVAILABLE
    return ExitCode.UNAVAILABLE


def show(record: Mapping[str, object], *, as_json: bool) -> None:
    """Print a record: as JSON, or one `name: value` a line."""
    if as_json:
        click.echo(json.dumps(record))
        return
    for name, value in record.items():
        click.echo(f"{name}: {value}")
