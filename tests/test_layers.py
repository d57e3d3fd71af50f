"""Imports run one way. The tables below are the decision; a new arrow is decided here, in review.

Imports inside functions and under `TYPE_CHECKING` count like any other.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "obctl"

# Layer -> what it may import of ours. A name with a dot is one module of a layer, and no other.
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "domain": {"errors"},
    # The settings are values of the domain; a zone in the file is checked when it is read.
    "config": {"domain.settings", "domain.enums", "domain.zones", "errors"},
    "store": {"domain", "errors"},
    "graph": {"domain", "config", "errors"},
    # The engine knows Graph as `ports.Gateway` and shows nothing.
    "engine": {"domain", "store", "config", "errors"},
    # What is shown is a value of the domain; `render.errors` shows an `ObctlError`.
    "render": {"domain", "errors"},
    "webhook": {"domain", "store", "errors"},
    # If the sandbox expanded series or named zones' offsets with our code, one bug would hide in
    # both. Names of zones alone are shared: they are a table of the CLDR, not logic.
    "sandbox": {"domain.zones", "errors"},
    "cli": {
        "domain", "config", "store", "graph", "engine", "render", "webhook", "sandbox", "errors",
        "__version__",
    },
    "__init__": set(),
    "__main__": {"cli"},
}  # fmt: skip

# Package -> what it may import of the same layer. A module that lies flat counts as a package of
# its own; of the domain, where anything may import what lies flat, only the packages stand here.
PACKAGES: dict[str, set[str]] = {
    # The ground: the company at work, and Graph as the engine knows it.
    "engine.company": set(),
    "engine.ports": set(),
    "engine.read_files": set(),
    "engine.outlook": {"engine.company", "engine.ports"},
    "engine.subscriptions": {"engine.company", "engine.ports"},
    # A room that is taken out takes its subscription along.
    "engine.rooms": {
        "engine.company", "engine.ports", "engine.read_files", "engine.outlook",
        "engine.subscriptions",
    },
    "engine.compare": {"engine.company", "engine.ports", "engine.outlook"},
    # A bundle says what was to be said of its items when it was made.
    "engine.bundle": {"engine.company", "engine.ports", "engine.outlook", "engine.compare"},
    "engine.admin": {
        "engine.company", "engine.ports", "engine.outlook", "engine.rooms", "engine.subscriptions",
    },
    # A request for a cancellation carries its cause, from the same facts as a difference.
    "engine.sync": {
        "engine.company", "engine.ports", "engine.read_files", "engine.outlook", "engine.compare",
    },
    # A change whose event is gone is decided at once, as a pass over its event would.
    "engine.push": {
        "engine.company", "engine.ports", "engine.outlook", "engine.rooms", "engine.sync",
    },
    "engine.live": {
        "engine.company", "engine.ports", "engine.subscriptions", "engine.sync",
    },
    "engine.reservations": {
        "engine.company", "engine.ports", "engine.read_files", "engine.outlook", "engine.rooms",
        "engine.push",
    },
    "engine.run": {
        "engine.company", "engine.ports", "engine.outlook", "engine.rooms", "engine.subscriptions",
        "engine.live", "engine.push", "engine.sync", "engine.retention",
    },
    "engine.retention": {"engine.company"},
    "engine.fix": {
        "engine.company", "engine.ports", "engine.compare", "engine.run", "engine.sync",
    },
    "domain.series": set(),
    "domain.sync": {"domain.series"},
    "domain.compare": {"domain.sync"},
    "domain.causes": {"domain.series", "domain.sync", "domain.compare"},
}  # fmt: skip

# A single import against the table, with its reason.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# Package -> where it may be imported. What stands in no line may be imported by nobody.
THIRD_PARTY: dict[str, set[str]] = {
    "typer": {"cli"},
    "rich": {"render"},
    "msgraph": {"graph"},
    "msgraph_core": {"graph"},
    "kiota_abstractions": {"graph"},
    "kiota_http": {"graph"},
    "azure": {"graph"},
    "cryptography": {"graph"},
    "aiohttp": {"graph"},
    "yarl": {"graph"},
    "httpx": {"graph", "sandbox"},  # the sandbox delivers notifications with it
    "sqlite_utils": {"store"},
    "filelock": {"store"},
    "zstandard": {"store"},
    "starlette": {"webhook", "sandbox"},
    "uvicorn": {"webhook", "sandbox"},
    "msgspec": {"domain", "graph", "store", "engine", "webhook", "sandbox"},
    "dateutil": {"domain"},
    "tzlocal": {"domain"},
    "icalendar": {"engine"},
    "tomlkit": {"config", "engine"},
    "platformdirs": {"config"},
    "pytest": {"sandbox"},  # whose plugin nobody but pytest imports
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Each import as one dotted name: `from a.b import c` is `a.b.c`."""
    found: list[str] = []
    for node in nodes_of(path):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found += [f"{module}.{name.name}" for name in names]
            case ast.ImportFrom():
                pytest.fail(f"{path}: relative imports hide arrows")
    return tuple(found)


def ours() -> Iterator[tuple[str, str, str]]:
    """Each import of our own: the file, its layer, and the target without `obctl.` in front."""
    for path in MODULES:
        for name in imports_of(path):
            if name.startswith("obctl."):
                source = str(path.relative_to(PACKAGE))
                yield source, layer_of(path), name.removeprefix("obctl.")


def may_import(layer: str, target: str) -> bool:
    """`target` is one of our modules, without `obctl.` in front."""
    if target.split(".", maxsplit=1)[0] == layer:
        return True
    return any(f"{target}.".startswith(f"{allowed}.") for allowed in LAYERS[layer])


def test_a_module_imports_only_what_its_layer_may_see() -> None:
    forbidden = {
        f"{source} imports {name}"
        for source, layer, name in ours()
        if not may_import(layer, name) and (source, name) not in EXCEPTIONS
    }
    assert not forbidden


def package_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def within_a_layer() -> Iterator[tuple[str, str]]:
    """Each arrow between two packages of one layer that has some."""
    for path in MODULES:
        source = package_of(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
        for name in imports_of(path):
            target = package_of(name.removeprefix("obctl."))
            if (
                name.startswith(("obctl.engine.", "obctl.domain."))
                and source != target
                and source.split(".")[0] == target.split(".")[0]
                and (source in PACKAGES or source.startswith("engine."))
                and (target in PACKAGES or target.startswith("engine."))
            ):
                yield source, target


def test_the_packages_of_a_layer_import_as_their_table_says() -> None:
    used = set(within_a_layer())
    table = {(source, target) for source, targets in PACKAGES.items() for target in targets}
    assert used == table


def test_no_package_imports_what_imports_it() -> None:
    waiting, seen = dict(PACKAGES), set[str]()
    while waiting:
        free = {name for name, needed in waiting.items() if needed <= seen}
        assert free, f"a circle among {sorted(waiting)}"
        seen |= free
        waiting = {name: needed for name, needed in waiting.items() if name not in free}


def test_tests_lie_where_their_package_does() -> None:
    """`tests/engine/push` holds the tests of `obctl/engine/push`, and so on.

    The commands of `engine/admin` are tested in `tests/cli`.
    """
    tests = PACKAGE.parent / "tests"
    lost = {
        str(folder.relative_to(tests))
        for layer in ("engine", "domain")
        for folder in (tests / layer).iterdir()
        if folder.is_dir()
        and folder.name != "__pycache__"
        and not (PACKAGE / layer / folder.name).is_dir()
    }
    assert not lost
    packages = {path.parent.name for path in (PACKAGE / "engine").glob("*/__init__.py")}
    tested = {path.parent.name for path in (tests / "engine").glob("*/test_*.py")}
    assert packages - tested == {"admin"}


def test_a_library_is_imported_only_where_it_belongs() -> None:
    strangers = {
        f"{path.relative_to(PACKAGE)} imports {package}"
        for path in MODULES
        for package in {name.split(".", maxsplit=1)[0] for name in imports_of(path)}
        if package not in sys.stdlib_module_names | {"obctl"}
        and layer_of(path) not in THIRD_PARTY.get(package, set())
    }
    assert not strangers


def test_values_are_changed_by_the_one_function_that_knows_both_kinds() -> None:
    others = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if layer_of(path) != "sandbox" and "dataclasses.replace" in set(imports_of(path))
    }
    assert not others


def test_every_layer_stands_in_the_table() -> None:
    assert {layer_of(path) for path in MODULES} == set(LAYERS)


def test_no_arrow_of_the_table_leads_back() -> None:
    seen: set[str] = set()
    waiting = {layer: {arrow.split(".")[0] for arrow in LAYERS[layer]} for layer in LAYERS}
    del waiting["__init__"], waiting["__main__"]
    waiting["cli"].discard("__version__")
    while waiting:
        free = {layer for layer, needed in waiting.items() if needed <= seen}
        assert free, f"a circle among {sorted(waiting)}"
        seen |= free
        waiting = {layer: needed for layer, needed in waiting.items() if layer not in free}


def test_the_tables_hold_no_arrow_that_nobody_uses() -> None:
    used = {(layer, name) for _, layer, name in ours()}
    unused = {
        f"{layer} -> {arrow}"
        for layer, arrows in LAYERS.items()
        for arrow in arrows
        if not any(one == layer and f"{name}.".startswith(f"{arrow}.") for one, name in used)
    }
    libraries = {
        (layer_of(path), name.split(".", maxsplit=1)[0])
        for path in MODULES
        for name in imports_of(path)
    }
    unused |= {
        f"{layer} -> {package}"
        for package, layers in THIRD_PARTY.items()
        for layer in layers
        if (layer, package) not in libraries
    }
    stale = set(EXCEPTIONS) - {(source, name) for source, _, name in ours()}
    assert not unused
    assert not stale


def test_only_commands_and_pictures_print() -> None:
    prints = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in MODULES
        if layer_of(path) not in ("cli", "render")
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert not prints


def test_only_the_journal_writes_the_company_log() -> None:
    """It knows who acts, when and in which run: nobody can forget to say so."""
    writers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if "obctl.store.company_log.append_log" in set(imports_of(path))
        or "INTO company_log" in path.read_text(encoding="utf-8")
    }
    assert writers == {"store/company_log.py", "store/journal.py"}


def test_failures_are_told_apart_by_their_class() -> None:
    by_code = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _tells_a_code(node)
    ]
    assert not by_code, "a failure that callers tell apart is a class of `obctl.errors`"


def _tells_a_code(node: ast.AST) -> bool:
    match node:
        case ast.Compare(left=ast.Attribute(attr="code"), comparators=[ast.Constant(value=str())]):
            return True
        case ast.MatchClass(kwd_attrs=names):
            return "code" in names
        case _:
            return False


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("sync token", "delta link"),
        ("appointment", "event"),
        (r"\bowed\b", "pending"),
        (r"\btally\b", "outcomes"),
    ],
)
def test_a_word_that_is_never_right_stands_nowhere(wrong: str, right: str) -> None:
    """Words within `\\b` may stand in the sandbox, and in migrations that others have run."""
    pattern = re.compile(wrong.replace(" ", "[ _-]?"), re.IGNORECASE)
    spared = {"sandbox", "store/migrations.py"} if wrong.startswith(r"\b") else set()
    found = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in MODULES
        if not spared & {layer_of(path), path.relative_to(PACKAGE).as_posix()}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"say {right}"
