"""`consentry docs`: the pages that the program writes about itself, and the check that they are fresh."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import click
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

import consentry.flows
from consentry.cli.law import page as law_page
from consentry.config import PREFIX, SETTINGS, Setting, load
from consentry.core.staff import ROLES, STEP_UP, Permission
from consentry.web.app import create_app
from consentry.web.console.app import SCREENS
from consentry.wiring import System

FIRST = ("judge", "generate", "upload", "report", "takedown")
"""Flows in reading order; what is not named here follows by name."""

WRITTEN = "<!-- Written by `make docs`. Change the source, not this page. -->"
"""The first line of every page that is written here."""

PAGES = "pages"
"""Where routes without a tag are listed."""

WIDTH = 96
"""Characters in a line of a command's help."""

FOLDER = click.option(
    "--docs",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default="docs",
    show_default=True,
    help="The folder of the documentation.",
)


@click.group("docs")
def docs() -> None:
    """Write or check the pages that the program writes about itself."""


@docs.command(epilog="Example: consentry docs build")
@FOLDER
@click.pass_context
def build(context: click.Context, folder: Path) -> None:
    """Write the pages anew."""
    for name, text in pages(context.find_root().command).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        click.echo(f"wrote {path}")


@docs.command(epilog="Example: consentry docs check --docs docs")
@FOLDER
@click.pass_context
def check(context: click.Context, folder: Path) -> None:
    """Say which pages are no longer what the program would write; exit 1 if there are any."""
    found = stale(context.find_root().command, folder)
    if found:
        raise click.ClickException(f"run `make docs`, these pages are out of date: {', '.join(found)}")
    click.echo("every page is fresh")


def stale(root: click.Command, folder: Path) -> list[str]:
    """Pages in `folder` that are missing or differ from what would be written now."""
    return [name for name, text in pages(root).items() if _read(folder / name) != text]


def pages(root: click.Command) -> dict[str, str]:
    """Every page by its path in docs/; `root` is the whole command line."""
    writers: dict[str, Callable[[], Iterator[str]]] = {
        "flow.md": _flow,
        "reference/settings.md": _settings,
        "reference/routes.md": _routes,
        "reference/law.md": law_page,
        "reference/console.md": _console,
        "reference/cli.md": lambda: _cli(root),
    }
    return {name: "\n".join([WRITTEN, *write()]).rstrip() + "\n" for name, write in writers.items()}


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _flow() -> Iterator[str]:
    """Each flow's own docstring: its first sentence, then its numbered steps."""
    yield "# The line, flow by flow"
    yield ""
    yield "Each section is the docstring of one file in `src/consentry/flows/`, which does just that."
    for name in flows():
        doc = inspect.getdoc(importlib.import_module(f"consentry.flows.{name}")) or ""
        first, _, rest = doc.partition("\n")
        yield from ("", f"## `{name}`", "", f"**{first}**", *rest.split("\n"))


def flows() -> list[str]:
    """The names of all flows, in reading order."""
    names = {found.name for found in pkgutil.iter_modules(consentry.flows.__path__)}
    return [name for name in FIRST if name in names] + sorted(names - set(FIRST))


def _settings() -> Iterator[str]:
    """The table of settings."""
    yield "# Settings"
    yield ""
    yield (
        "A setting comes, in rising order of weight, from its default, a TOML file (`--config FILE`), "
        "an environment variable, and the command line. An unknown setting stops the start."
    )
    yield from ("", "| Setting | Variable | Default | What it does |", "|---|---|---|---|")
    yield from (_setting(setting) for setting in SETTINGS)


def _setting(setting: Setting) -> str:
    default = str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
    shown = f"`{default}`" if default else "empty"
    return f"| `{setting.name}` | `{PREFIX}{setting.name.upper()}` | {shown} | {_cell(setting.help)} |"


def _routes() -> Iterator[str]:
    """The routes of the server by tag. Whatever is not here is refused."""
    yield "# Routes"
    yield ""
    yield (
        "Every route there is. Any other path under `/v1/` is answered 404 `route_not_gated`. "
        "A running server shows parameters and bodies at `/docs`."
    )
    known = routes()
    for tag in dict.fromkeys(route.tag for route in known):
        yield from ("", f"## {tag.capitalize()}", "", "| Route | What it does |", "|---|---|")
        yield from (
            f"| `{route.method} {route.path}` | {_cell(route.says)} |" for route in known if route.tag == tag
        )


@dataclass(frozen=True, slots=True)
class Route:
    """One way in, as the page shows it."""

    method: str
    """The HTTP method."""
    path: str
    """The path with its parameters."""
    tag: str
    """The door it belongs to."""
    says: str
    """What it does."""


def routes() -> list[Route]:
    """Every route of the server, the simulated site included, but for the one that refuses the rest.

    Pages for people come last.
    """
    known = [
        Route(method, found.path or "", _tag(found), _says(found))
        for found in iter_route_contexts(_app().routes)
        for method in sorted((found.methods or set()) - {"HEAD"})
        if not (found.path or "").endswith(":path}")
    ]
    return sorted(known, key=lambda route: route.tag == PAGES)


def _tag(found: RouteContext) -> str:
    tags = getattr(found, "tags", None) or [PAGES]
    return str(tags[0])


def _says(found: RouteContext) -> str:
    summary, description = getattr(found, "summary", ""), getattr(found, "description", "")
    return f"{summary}. {description}" if summary else description or (found.name or "").replace("_", " ")


def _app() -> FastAPI:
    """The application over nothing: its routes are known before there is a system behind them."""
    settings = load(environment={})
    return create_app(cast(System, SimpleNamespace(settings=settings, site=SimpleNamespace())))


def _console() -> Iterator[str]:
    """Every screen of the console, and which role may use it."""
    yield "# The console, screen by screen"
    yield ""
    yield (
        "Every screen and form there is; any other path under `/console` does not exist. What is marked with "
        "* also wants a passkey touched within the last five minutes. Each pair is tested."
    )
    columns = ["Screen", "What it does", "Needs", *(role.replace("_", " ") for role in ROLES)]
    yield from ("", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|")
    for screen in SCREENS:
        mark = "*" if screen.needs in STEP_UP else ""
        cells = [f"`{screen.method} /console{screen.path}`", _cell(screen.says)]
        cells.append(f"`{screen.needs}`{mark}" if screen.needs else "nothing")
        cells += ["yes" if _may(permissions, screen.needs) else "" for permissions in ROLES.values()]
        yield f"| {' | '.join(cells)} |"


def _may(permissions: frozenset[Permission], needs: Permission | None) -> bool:
    return needs is None or needs in permissions | {Permission.SELF_MANAGE}


def _cli(root: click.Command) -> Iterator[str]:
    """Every command's own help."""
    yield "# Commands"
    for path, command in commands(root):
        context = click.Context(command, info_name=path, terminal_width=WIDTH, max_content_width=WIDTH)
        yield from ("", f"## `{path}`", "", "```text", command.get_help(context), "```")


def commands(root: click.Command, path: str = "consentry") -> Iterator[tuple[str, click.Command]]:
    """`root` and every command under it, with the words that call it."""
    yield path, root
    if not isinstance(root, click.Group):
        return
    context = click.Context(root)
    for name in sorted(root.list_commands(context)):
        if command := root.get_command(context, name):
            yield from commands(command, f"{path} {name}")


def _cell(text: str) -> str:
    """Text as it can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")
