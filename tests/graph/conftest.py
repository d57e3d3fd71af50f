"""A recorded Graph, and the gateway in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from asking import Ask, Result
from recorded_graph import RecordedGraph

from obctl.config import Cloud, CredentialKind, GraphSettings
from obctl.graph.gateway import GraphGateway, open_gateway


@pytest.fixture
def graph() -> Iterator[RecordedGraph]:
    with RecordedGraph() as server:
        yield server


@pytest.fixture
def cloud() -> Cloud:
    return Cloud.GLOBAL


@pytest.fixture
def ask(graph: RecordedGraph, cloud: Cloud) -> Ask:
    """Run one question to the gateway, as one command would."""

    def run(question: Callable[[GraphGateway], Awaitable[Result]]) -> Result:
        async def session() -> Result:
            settings = GraphSettings(url=graph.url, credential=CredentialKind.TOKEN, cloud=cloud)
            async with open_gateway(settings, token="letmein") as gateway:
                return await question(gateway)

        return asyncio.run(session())

    return run
