"""README and the other papers say what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from readme_reader import ROOT, blocks, commands, every_command, paper, parse, table

from obctl import errors
from obctl.config import SETTINGS
from obctl.domain.sync.cancellation import TABLE, Decision, Proof, Reason
from obctl.graph import request
from obctl.store.database import open_store
from obctl.store.schema import TABLES

PACKAGE = ROOT / "obctl"
README = paper("README.md")
COMMANDS = dict(every_command())
LEAVES = {words for words, command in COMMANDS.items() if not hasattr(command, "commands")}


def commands_of_readme() -> dict[str, str]:
    """Every command that README's table names, with the permission it says it needs.

    `obctl rooms add`, `import` stands for `rooms add` and `rooms import`.
    """
    found = {}
    for names, _, permission in table(README, "| command |"):
        before = ""
        for name in names.split(", "):
            words = name.removeprefix("obctl ")
            if name.startswith("obctl "):
                before = " ".join(words.split()[:-1])
            else:
                words = f"{before} {name}"
            found[words] = permission
    return found


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_and_option_has_help(words: str) -> None:
    command = COMMANDS[words]
    assert command.help
    for option in command.params:
        assert option.help or option.name in ("help", "command", "args"), option.name


def test_readme_names_every_command_and_no_other() -> None:
    assert set(commands_of_readme()) == LEAVES


def test_readme_names_the_permissions_that_graph_is_asked_for() -> None:
    named = {
        permission
        for permissions in commands_of_readme().values()
        for permission in permissions.split(", ")
        if "." in permission
    }
    source = Path(request.__file__).read_text(encoding="utf-8")
    assert named == set(re.findall(r'"([A-Z]\w+\.\w[\w.]*)"', source))


def test_readme_opens_with_two_sentences_and_two_commands() -> None:
    before, first, between, second = re.split(r"```sh\n|\n```\n", README)[:4]
    assert len(re.findall(r"\.\n", before.partition("\n\n")[2].partition("\n\n")[0] + "\n")) <= 2
    assert first.endswith(".venv/bin/obctl demo")
    assert second.endswith(".venv/bin/python -m pytest")
    assert "\n" not in first + second
    assert len(between.split()) < 10


def test_the_ci_script_ends_with_the_test_command_of_readme() -> None:
    command = blocks(README, "sh")[1].strip()
    assert paper(".ci/run").splitlines()[-1] == command


def test_the_exit_codes_of_readme_are_those_of_the_errors() -> None:
    raised = {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.ObctlError)
    }
    internal = {"DeltaLinkExpired", "EventChanged", "NaiveDatetime", "UnknownZone"}
    internal |= {"UnsupportedRecurrence"}  # kinds of DomainError
    documented = {
        name: int(code)
        for code, _, names in table(README, "| exit | means |")
        for name in filter(None, names.split(", "))
    }
    assert documented == {name: code for name, code in raised.items() if name not in internal}


def test_the_tree_in_the_errors_module_is_the_classes() -> None:
    tree = dict(re.findall(r"^ *(\w+) +(\d) ", errors.__doc__ or "", re.MULTILINE))
    assert {name: vars(errors)[name].exit_code for name in tree} == {
        name: int(code) for name, code in tree.items()
    }


def test_the_settings_of_readme_are_those_of_the_code() -> None:
    shown = {
        key: "" if setting.default is None else str(setting.default)
        for key, setting in SETTINGS.items()
    }
    rows = table(README, "| setting |")
    assert {key: default for key, default, _ in rows} == {
        key: default.lower() if default in ("True", "False") else default
        for key, default in shown.items()
    }
    for key, _, meaning in rows:
        setting = SETTINGS[key]
        assert meaning.startswith(setting.meaning)
        assert all(choice in meaning for choice in setting.choices)


def test_the_tables_of_readme_are_those_of_the_store(tmp_path: Path) -> None:
    assert {name: text for name, text in table(README, "| table |")} == {  # noqa: C416
        name: text.replace("`", "") for name, text in TABLES.items()
    }
    store = open_store(tmp_path / "store.db", create=True)
    try:
        for query in blocks(README, "sql"):
            assert store.rows(query) == []
    finally:
        store.close()


OUTLOOK = {
    None: "either of the two below",
    Proof.PROVEN: "says that it is cancelled",
    Proof.UNPROVEN: "no longer has it, and says nothing",
}


def test_the_decision_table_of_readme_is_the_one_that_decides() -> None:
    def words(decision: Decision) -> str:
        return f"request: {decision}" if isinstance(decision, Reason) else decision

    assert table(README, "| Outlook | the reservation |") == [
        [OUTLOOK[row.proof], row.standing or "any", words(row.off), words(row.on)] for row in TABLE
    ]


@pytest.mark.parametrize(
    "words",
    [
        *(words for code in blocks(README, "sh") for words in commands(code)),
        *(words for code in blocks(README, "") for words in commands(code)),
        *(words for code in blocks(paper("examples/cron.md"), "") for words in commands(code)),
        *commands(paper("examples/one_night.sh")),
        *commands(paper("obctl/sandbox/README.md").partition("In Python")[0].replace(" | ", " #")),
    ],
    ids=" ".join,
)
def test_an_example_command_is_one_that_obctl_takes(words: list[str]) -> None:
    parse(words)


def test_the_papers_hold_example_commands() -> None:
    assert len([words for code in blocks(README, "sh") for words in commands(code)]) > 10


def test_the_links_of_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def names_within(module: Path) -> Iterator[str]:
    """What a module and its classes define, each as `folder/module.name`."""
    path = module.relative_to(PACKAGE).with_suffix("").as_posix()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        for name in defined_by(node):
            yield f"{path}.{name}"
            members = node.body if isinstance(node, ast.ClassDef) else []
            yield from (f"{path}.{name}.{part}" for one in members for part in defined_by(one))


def defined_by(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def test_what_the_paper_about_the_code_names_is_there() -> None:
    """`engine/run.py`, `fix.py`, `domain/`, `engine/run.run_sync`, `confirm.begin_attempt`."""
    modules = sorted(PACKAGE.rglob("*.py"))
    names = {name for module in modules for name in names_within(module)}
    names |= {name.rpartition("/")[2] for name in names}
    names |= {name.partition(".")[2] for name in names}
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*")}
    files |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*")}
    files |= {module.name for module in modules}
    named = set(re.findall(r"`(\w+[/.][\w/.]*)`", paper("obctl/README.md")))
    assert len(named) > 40
    paths = {name for name in named if name.endswith(".py") or "." not in name}
    assert not {path for path in paths if not {path.rstrip("/"), f"{path}.py"} & files}
    assert not (named - paths) - names


def test_the_changelog_starts_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## \[(.+?)\]", paper("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
