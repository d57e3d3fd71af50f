"""`sync run --all-companies`: each company a process of its own, one summary of them all."""

from __future__ import annotations

import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from obctl.cli.company_process import GRACE_SECONDS, Children, not_started, run_company
from obctl.cli.context import Context
from obctl.config import SETTINGS, variable_of
from obctl.domain.companies_run import CompaniesReport, CompanyError, CompanyResult, Outcome
from obctl.domain.counted import counted
from obctl.domain.shard import Shard
from obctl.render.companies import told_of

if TYPE_CHECKING:
    from obctl.domain.company_night import CompanyNight

_Done: TypeAlias = tuple[CompanyResult, list[str]]
DEFAULT_JOBS = 4
_HEARTBEAT = "sync.heartbeat_url"
_LOOK_SECONDS = 1.0  # on Windows a wait is not interrupted by Ctrl-C


@dataclass(frozen=True, slots=True)
class Night:
    """How every company is run: options after the command and before it, and how many at once."""

    options: Sequence[str]
    before: Sequence[str]
    environment: Mapping[str, str]
    jobs: int
    limit: float
    """Seconds that one company may take."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: the options of each company's run, and how they are run."""

    options: Sequence[str]
    jobs: int
    shard: Shard | None
    limit: timedelta
    metrics_file: Path | None

    @property
    def dry_run(self) -> bool:
        return "--dry-run" in self.options


def all_companies(context: Context, wanted: Wanted) -> CompaniesReport:
    """Run `sync run` for every company of the shard, and tell what goes wrong as it does."""
    from obctl.cli.night_metrics import ensure_writable, night_of, write_nights
    from obctl.config import found_companies, no_company
    from obctl.render.output import is_quiet, message
    from obctl.render.progress import progress

    if wanted.metrics_file is not None:
        ensure_writable(wanted.metrics_file)
    known = found_companies(context.home)
    if not known:
        raise no_company(context.home)
    _ensure_apart(context.environment, known)
    names = [name for name in known if wanted.shard is None or wanted.shard.holds(name)]
    report = CompaniesReport(_whole(context.now), len(known), wanted.shard, wanted.dry_run)
    if not names:
        companies = counted(len(known), "company", "companies")
        message(f"none of the {companies} belongs to shard {wanted.shard}")
    before = [*(["--debug"] if context.debug else []), *(["--quiet"] if is_quiet() else [])]
    environment = {**context.environment, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    # Called by each company it would say that all is well where one is.
    heartbeat = environment.pop(variable_of(_HEARTBEAT), None)
    night = Night(wanted.options, before, environment, wanted.jobs, wanted.limit.total_seconds())
    nights: list[CompanyNight] = []
    with progress(len(names)) as shown:
        shown.step("companies")

        def done(result: CompanyResult, lines: list[str]) -> None:
            shown.advance()
            for line in [*lines, *told_of(result)]:
                shown.warn(f"{result.company}: {line}")
            if wanted.metrics_file is not None:
                nights.append(night_of(context, result))

        run_companies(names, night, report, done)
    report.finished_at = _whole(context.now)
    if wanted.metrics_file is not None:
        nights.sort(key=lambda item: item.company)
        write_nights(wanted.metrics_file, nights, report)
    if heartbeat and not wanted.dry_run:
        _tell_heartbeat(heartbeat, report)
    return report


def _tell_heartbeat(text: str, report: CompaniesReport) -> None:
    """Call the heartbeat of the environment where every company, and one at least, did well."""
    from obctl.cli.heartbeat import call_heartbeat
    from obctl.render.output import warning

    if report.exit_code or not any(result.outcome is Outcome.OK for result in report.results):
        return
    try:
        url = SETTINGS[_HEARTBEAT].parse(text)
    except ValueError as error:
        warning(f"{variable_of(_HEARTBEAT)}: {error}")
        return
    problem = call_heartbeat(url)
    if problem is not None:
        warning(f"{problem.code}: {problem.message}")


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _ensure_apart(environment: Mapping[str, str], known: Sequence[str]) -> None:
    """Raise `ConfigError` where the environment would send every company to one tenant."""
    from obctl.errors import ConfigError

    variable = variable_of("graph.tenant_id")
    if environment.get(variable) and len(known) > 1:
        raise ConfigError(
            f"{variable} is set: all {len(known)} companies would be one tenant's",
            hint=f"unset {variable}; each company's own tenant stands in its config.toml",
        )


def run_companies(
    names: Sequence[str],
    night: Night,
    report: CompaniesReport,
    done: Callable[[CompanyResult, list[str]], None],
) -> None:
    """Run them all and fill in the report, `done` told of each as it ends.

    Ctrl-C, SIGTERM and the end of the terminal ask the processes to end in order; those that do
    not are made to, at once where the signal comes again.
    """
    news: queue.SimpleQueue[_Done | int] = queue.SimpleQueue()
    children = Children()
    with _signals_to(news.put):
        try:
            _begin(names, night, children, news)
            _collect(names, children, news, report, done)
        except BaseException:
            children.stop()  # nobody would hear of them, and the next night would find them at work
            raise


def _begin(
    names: Sequence[str],
    night: Night,
    children: Children,
    news: queue.SimpleQueue[_Done | int],
) -> None:
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in names:
        waiting.put(name)

    def work() -> None:
        while True:
            try:
                name = waiting.get_nowait()
            except queue.Empty:
                return
            news.put(_one(name, night, children))

    for _ in range(min(night.jobs, len(names))):
        threading.Thread(target=work, daemon=True).start()


def _one(name: str, night: Night, children: Children) -> _Done:
    if children.stopped:
        return not_started(name), []
    try:
        return run_company(
            name, night.options, night.before, night.environment, children, night.limit
        )
    except Exception as error:  # noqa: BLE001  a thread that ends without a word holds up all
        problem = CompanyError("unexpected", f"a defect of obctl: {type(error).__name__}: {error}")
        return CompanyResult(name, Outcome.UNEXPECTED, 1, error=problem), []


def _collect(
    names: Sequence[str],
    children: Children,
    news: queue.SimpleQueue[_Done | int],
    report: CompaniesReport,
    done: Callable[[CompanyResult, list[str]], None],
) -> None:
    results: dict[str, CompanyResult] = {}
    patience: float | None = None
    while len(results) < len(names):
        try:
            found = news.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            found = None
        match found:
            case int() if not report.interrupted:
                report.interrupted = True
                children.stop()
                patience = time.monotonic() + GRACE_SECONDS
            case int():
                patience = 0.0
            case (result, lines):
                results[result.company] = result
                done(result, lines)
        if patience is not None and time.monotonic() >= patience:
            children.kill()
    report.results = [results[name] for name in names]


@contextmanager
def _signals_to(heard: Callable[[int], object]) -> Iterator[None]:
    """Within, signals that end a program are news.

    What is ignored stays so, but by a handler: children would inherit that they are deaf to
    Ctrl-C, as what a shell starts in the background is, and could not be ended in order.
    """
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        numbers.append(signal.SIGHUP)
    before = {}
    for number in numbers:
        current = signal.getsignal(number)
        if current is signal.SIG_IGN and number != signal.SIGINT:
            continue
        before[number] = signal.signal(
            number, _nothing if current is signal.SIG_IGN else lambda number, _frame: heard(number)
        )
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(_number: int, _frame: object) -> None:
    """Ignores a signal without making children ignore it."""
