"""Completion in bash, zsh and fish: what Typer knows, and the live values of a company.

Nothing it meets is worth a word on the terminal of somebody who is typing: where something is
wrong there is no completion. The scripts that shells run are Typer's own.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import Any

# Typer offers no other way to its shells; its version is pinned for that.
from typer._click.shell_completion import (
    CompletionItem,
    _resolve_context,
    _resolve_incomplete,
    add_completion_class,
)
from typer._completion_classes import (
    BashComplete,
    FishComplete,
    PowerShellComplete,
    ZshComplete,
)

from obctl.cli.live_values import companies, values_of

_BREAKS = "@:="
"""Where bash ends a word, blanks and what it quotes aside."""
_BARE = re.compile(r"""([^\w@%+=:,./-])""")
_CURSOR = "\ue000"
"""Stands where the cursor is; no word has it."""


def install() -> None:
    """Have these answer in place of Typer's."""
    for shell in (Bash, Zsh, Fish, PowerShell):
        add_completion_class(shell, shell.name)
    add_completion_class(PowerShell, "pwsh")


def typed(text: str) -> tuple[list[str], str]:
    """The words of a command line after the command, and the one that is being typed."""
    lexer = shlex.shlex(text + _CURSOR, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:  # a quote is still open
        words.append(lexer.token)
    *before, last = words
    return before[1:], last.replace(_CURSOR, "").removesuffix("\\")


class _Live:
    """What all shells have in common."""

    cli: Any
    ctx_args: Any
    prog_name: str

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What the word may become."""
        try:
            return self._found(args, incomplete)
        except Exception:  # noqa: BLE001  somebody is typing: nothing is worth disturbing that
            return []

    def _found(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        context = _resolve_context(self.cli, self.ctx_args, self.prog_name, args)
        target, incomplete = _resolve_incomplete(context, args, incomplete)
        values = self._values(context, target)
        if values is None:
            return list(target.shell_complete(context, incomplete))
        before = ""
        if target.name in ("fields", "sort"):
            head, comma, incomplete = incomplete.rpartition(",")
            before = head + comma
            if target.name == "sort" and incomplete.startswith("-"):
                before, incomplete = f"{before}-", incomplete[1:]
        fitting = [pair for pair in values if pair[0].startswith(incomplete)] or [
            pair for pair in values if pair[0].casefold().startswith(incomplete.casefold())
        ]
        return [
            CompletionItem(before + value, help=_on_a_line(what) or None)
            for value, what in fitting
            if value.isprintable()
        ]

    def _values(self, context: Any, target: Any) -> list[tuple[str, str]] | None:
        if not hasattr(target, "param_type_name") or getattr(target.type, "choices", None):
            return None
        root = context.find_root()
        if context is root:
            return companies() if target.name == "company" else None
        path = context.command_path.removeprefix(f"{root.command_path} ")
        names = getattr(context.command.callback, "names", ())
        return values_of(path, target.name, root.params.get("company"), names)


class Bash(_Live, BashComplete):
    """bash, whose words end at `@`, `:` and `=` too, and which quotes nothing itself."""

    def complete(self) -> str:
        words = os.environ["COMP_WORDS"].split("\n" if "\n" in os.environ["COMP_WORDS"] else " ")
        number = int(os.environ["COMP_CWORD"])
        whole = _whole_words([*words, ""][: number + 1])
        args, incomplete = typed(" ".join(whole))
        kept = _kept(whole[-1], words[number] if number < len(words) else "")
        quote = whole[-1][:1]
        found = self.get_completions(args, incomplete)
        return "\n".join(
            _quoted_for_bash(_after(kept, item.value), quote if quote in "'\"" else "")
            for item in found
        )


def _whole_words(pieces: list[str]) -> list[str]:
    """What bash split at its breaks, whole again; an empty piece follows a blank."""
    words: list[str] = []
    before_is_break = False
    for piece in pieces:
        is_break = bool(piece) and not piece.strip(_BREAKS)
        if words and piece and (is_break or before_is_break):
            words[-1] += piece
        else:
            words.append(piece)
        before_is_break = is_break
    return words


def _kept(word: str, piece: str) -> str:
    """The part of a word that bash leaves as it is, the name of an option left out."""
    kept = word if piece and not piece.strip(_BREAKS) else word[: len(word) - len(piece)]
    if word.startswith("-") and "=" in word:
        kept = kept.partition("=")[2]
    return kept


def _after(kept: str, value: str) -> str:
    if not kept or not value.casefold().startswith(kept.casefold()):
        return value
    return value[len(kept) :]


def _quoted_for_bash(value: str, quote: str) -> str:
    """The value as bash has to read it within the quote that is open, if one is."""
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote:
        return re.sub(r'(["$`\\])', r"\\\1", value)
    return _BARE.sub(r"\\\1", value)


class _TypedArguments(_Live):
    """Shells that give the command line as it was typed, up to the cursor."""

    def get_completion_args(self) -> tuple[list[str], str]:
        return typed(os.environ.get("_TYPER_COMPLETE_ARGS", ""))


class Zsh(_TypedArguments, ZshComplete):
    """zsh, which runs what it is given: `_arguments '*: :(("value":"what it is"))'`."""

    def format_completion(self, item: CompletionItem) -> str:
        parts = [item.value, item.help] if item.help else [item.value]
        return ":".join(_quoted_for_zsh(str(part)) for part in parts)


def _quoted_for_zsh(text: str) -> str:
    """A word within double quotes, within single ones; `:` parts a value from what it is."""
    described = text.replace("\\", "\\\\").replace(":", "\\:")
    inner = re.sub(r'(["$`\\])', r"\\\1", described)
    return '"' + inner.replace("'", "'\\''") + '"'


class Fish(_TypedArguments, FishComplete):
    """fish, which quotes itself."""

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.value}\t{item.help}" if item.help else str(item.value)


class PowerShell(_Live, PowerShellComplete):
    """PowerShell, as Typer has it."""

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.value}:::{item.help or ' '}"


def _on_a_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
