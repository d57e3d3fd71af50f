"""Nothing that only some systems have is used unguarded; text never depends on the desk's encoding.

`.ci/run` has mypy look for missing names of the standard library; this finds them sooner, and finds
what no type says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = frozenset({
    "crypt", "curses", "fcntl", "grp", "ossaudiodev", "posix", "pty", "pwd", "readline",
    "resource", "selectors", "spwd", "syslog", "termios", "tty",
})  # fmt: skip
"""`selectors` and `select` know only sockets on Windows, and no pipe."""
SIGNALS = frozenset({
    "SIGINT", "SIGTERM", "SIGABRT", "SIGFPE", "SIGILL", "SIGSEGV", "SIG_DFL", "SIG_IGN", "Signals",
    "Handlers", "signal", "getsignal", "raise_signal", "default_int_handler", "strsignal",
})  # fmt: skip
"""What `signal` has everywhere; any other of its names is not."""
OS = re.compile(
    r"fork(pty)?|kill(pg)?|w(ait(3|4|id)?|aitpid)|W[A-Z]+|P_\w+|[gs]et(e?[ug]id|res[ug]id|re[ug]id"
    r"|pg(id|rp)|sid|groups|priority)|initgroups|l?f?chown|fchmod|lchmod|l?chflags|chroot|mk(fifo"
    r"|nod)|makedev|nice|sync|fdatasync|f?statvfs|uname|register_at_fork|posix_\w+|sched_\w+"
    r"|p?(read|write)v?2?|sendfile|splice|getloadavg|ctermid|ttyname|openpty|(sys|path|fpath)conf"
    r"|confstr|lockf|\w*xattr|pipe2|eventfd\w*|memfd_create|getrandom|login_tty|tc[gs]etpgrp"
    r"|O_(NONBLOCK|CLOEXEC|NOFOLLOW|DIRECTORY|D?SYNC|RSYNC|NOCTTY|NOATIME|PATH|TMPFILE|ASYNC)"
    r"|EX_\w+|SF_\w+|RTLD_\w+|get_blocking|set_blocking|fchdir|unshare|setns"
)
EVERYWHERE = frozenset({"read", "write"})
"""Names that fit the pattern of `OS` and are on every system."""
KEYWORDS = frozenset({"preexec_fn", "pass_fds", "start_new_session", "umask"})
METHODS = frozenset({"add_signal_handler", "remove_signal_handler", "owner"})
STRFTIME = re.compile(r"%-[a-zA-Z]|%[eklPsDTR](?![a-zA-Z(])")
GUARDS = ("sys.platform", "os.name")


def guarded(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether it stands below a question about the system, or after one that leaves."""
    while node in parents:
        child, node = node, parents[node]
        if isinstance(node, (ast.If, ast.IfExp)) and asks_for_the_system(node.test):
            return True
        body = getattr(node, "body", None)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and isinstance(body, list):
            before = body[: body.index(child)] if child in body else []
            if any(leaves(statement) for statement in before):
                return True
    return False


def asks_for_the_system(test: ast.expr) -> bool:
    words = ast.unparse(test)
    return any(guard in words for guard in GUARDS) or "hasattr(" in words


def leaves(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and asks_for_the_system(statement.test)
        and isinstance(statement.body[-1], (ast.Return, ast.Raise))
    )


def systems_own(tree: ast.Module) -> Iterator[str]:
    """What only some systems have, with its line, where nobody asked for the system first."""
    nodes = [*ast.walk(tree)]
    told = {node.value for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    found = [(node, name) for node in nodes for name in names_of(node, is_told=node in told)]
    if not found:
        return
    parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    for node, name in found:
        if not guarded(node, parents):
            yield f"line {node.lineno}: {name}"  # type: ignore[attr-defined]


def names_of(node: ast.AST, *, is_told: bool) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names if one.name in MODULES)
        case ast.ImportFrom(module="os" | "signal" as module, names=names):
            yield from (one.name for one in names if lacking(module, one.name))
        case ast.ImportFrom(module=str(module)) if module in MODULES:
            yield module
        case ast.Attribute(value=ast.Name(id="os" | "signal" as module), attr=name):
            if lacking(module, name):
                yield f"{module}.{name}"
        case ast.Attribute(value=ast.Name(id="select"), attr=name) if name != "select":
            yield f"select.{name}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in METHODS:
            yield f".{name}()"
        case ast.keyword(arg=str(name)) if name in KEYWORDS:
            yield f"{name}="
        case ast.Constant(value=str(text)) if not is_told:
            if re.match(r"/(dev|proc|sys|etc|tmp|var)/", text):
                yield repr(text)
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=values)):
            texts = [one.value for one in values if isinstance(one, ast.Constant)]
            yield from (repr(text) for text in texts if STRFTIME.search(str(text)))
        case ast.Call(func=ast.Attribute(attr="strftime"), args=[ast.Constant(value=str(text))]):
            if STRFTIME.search(text):
                yield repr(text)


def lacking(module: str, name: str) -> bool:
    if module == "os":
        return bool(OS.fullmatch(name)) and name not in EVERYWHERE
    return name not in SIGNALS


def text_of_the_desk(tree: ast.Module) -> Iterator[str]:
    """Where text is read or written in whatever encoding the system prefers, with its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        keywords = {one.arg: one.value for one in node.keywords}
        if "encoding" in keywords or None in keywords:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        arguments = [one.value for one in node.args if isinstance(one, ast.Constant)]
        is_function = isinstance(node.func, ast.Name)
        match name:
            case "read_text" if isinstance(node.func, ast.Attribute) and not node.args:
                yield f"line {node.lineno}: read_text()"
            case "write_text" if len(node.args) == 1:
                yield f"line {node.lineno}: write_text()"
            case "open" | "fdopen" if is_function or name == "fdopen":
                modes = [str(one) for one in arguments]
                if "mode" in keywords or not any("b" in mode for mode in modes):
                    yield f"line {node.lineno}: {name}()"
            case "Popen" | "run" | "check_output" if {"text", "universal_newlines"} & {*keywords}:
                yield f"line {node.lineno}: {name}(text=True)"


def test_no_module_needs_one_system_or_the_encoding_of_a_desk() -> None:
    found = []
    for path in sorted((ROOT / "obctl").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        told = [*systems_own(tree), *text_of_the_desk(tree)]
        found += [f"{path.relative_to(ROOT).as_posix()} {one}" for one in told]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl",
        "from pwd import getpwuid",
        "import selectors",
        "from os import fork",
        "os.getuid()",
        "os.kill(1, 2)",
        "os.sync()",
        "os.O_NOFOLLOW",
        "os.killpg(1, 2)",
        "signal.SIGHUP",
        "signal.SIGKILL",
        "signal.alarm(1)",
        "from signal import SIGKILL",
        "select.poll()",
        "loop.add_signal_handler(2, f)",
        "Popen([], start_new_session=True)",
        "Popen([], preexec_fn=f)",
        "open('/dev/null', 'rb')",
        "f'{day:%-d}'",
        "day.strftime('%e %b')",
        "path.owner()",
    ],
)
def test_what_is_not_guarded_is_found(line: str) -> None:
    def found(text: str) -> int:
        return len([*systems_own(ast.parse(text))])

    assert found(line) == 1
    assert found(f"if sys.platform != 'win32':\n    {line}") == 0
    assert found(f"def f():\n    if os.name != 'posix':\n        return\n    {line}") == 0
    assert found(f"def f():\n    if late:\n        return\n    {line}") == 1


@pytest.mark.parametrize(
    "line",
    [
        "path.read_text()",
        "path.write_text('x')",
        "open(path)",
        "open(path, 'w')",
        "os.fdopen(1, 'w')",
        "subprocess.run(words, text=True)",
        "subprocess.Popen(words, stdout=PIPE, text=True)",
    ],
)
def test_text_without_an_encoding_is_found(line: str) -> None:
    assert len([*text_of_the_desk(ast.parse(line))]) == 1
    with_one = f"{line[:-1]}, encoding='utf-8')".replace("(, ", "(")
    assert [*text_of_the_desk(ast.parse(with_one))] == []


@pytest.mark.parametrize(
    "line", ["signal.SIGTERM", "os.read(1, 2)", "open(path, 'rb')", "f'{day:%d %b}'", "os.replace"]
)
def test_what_every_system_has_is_left_alone(line: str) -> None:
    tree = ast.parse(line)
    assert [*systems_own(tree), *text_of_the_desk(tree)] == []


def test_both_other_systems_are_type_checked() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "for platform in win32 darwin;" in script
    assert '--platform "$platform"' in script
