"""A small HTTP client for load: keep-alive connections, each sending its requests in turn."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

import msgspec


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a load: seconds in all, seconds of each request, answers by status."""

    seconds: float
    latencies: list[float]
    statuses: Counter[int]

    def percentile_ms(self, share: float) -> float:
        """The latency below which that share of requests lies, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def send_all(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Sends every request once over that many connections to 127.0.0.1."""
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    began = time.perf_counter()
    await asyncio.gather(
        *(_one(port, requests[n::connections], latencies, statuses) for n in range(connections))
    )
    return Load(seconds=time.perf_counter() - began, latencies=latencies, statuses=statuses)


async def _one(
    port: int, requests: Sequence[bytes], latencies: list[float], statuses: Counter[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        latencies.append(time.perf_counter() - began)
        statuses[int(head[9:12])] += 1
    writer.close()
    await writer.wait_closed()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))


async def wait_until_listening(port: int, seconds: float = 30) -> None:
    """Returns once something listens. Raises OSError where nothing does in time."""
    end = time.monotonic() + seconds
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
