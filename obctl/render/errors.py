"""How an error looks: for people on stderr, or as one JSON object on stderr for scripts."""

from __future__ import annotations

import json
import sys

from obctl.errors import ObctlError
from obctl.render.output import Format, clean, console
from obctl.render.pasting import to_paste
from obctl.render.streams import is_unicode


def error_object(error: ObctlError) -> dict[str, object]:
    """`{"error": {code, message, hint, graph, client_request_id}}`."""
    graph = (
        {
            "code": error.graph.code,
            "request_id": error.graph.request_id,
        }
        if error.graph
        else None
    )
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "hint": to_paste(error.hint) if error.hint else error.hint,
            "graph": graph,
            "client_request_id": error.client_request_id,
        }
    }


def show_error(error: ObctlError, format: Format) -> None:
    """Print the error to stderr in the format the command was asked for."""
    if format in (Format.JSON, Format.JSONL):
        ascii_only = not is_unicode(sys.stderr)
        print(json.dumps(error_object(error), ensure_ascii=ascii_only), file=sys.stderr)
        return
    out = console(stderr=True)
    for position, line in enumerate(error.message.splitlines()):
        start = "" if position else "error: "
        out.print(f"{start}{clean(line)}", style="red", soft_wrap=True)
    if error.graph:
        said = f"Graph said: {error.graph.status} {error.graph.code}"
        if error.graph.request_id:
            said += f", request-id {error.graph.request_id}"
        if error.client_request_id:
            said += f", client-request-id {error.client_request_id}"
        out.print(f"  {clean(said)}", style="dim", soft_wrap=True)
    elif error.client_request_id:
        said = f"client-request-id {error.client_request_id}"
        out.print(f"  {clean(said)}", style="dim", soft_wrap=True)
    if error.hint:
        for line in to_paste(error.hint).splitlines():
            out.print(f"  {clean(line)}", soft_wrap=True)
