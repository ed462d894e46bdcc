"""A stub that takes every send at once: what is measured beside it is only the client.

Answers as KooMessage does, each task with an id of its own. Runs as a process of its own:
python -m tests.campaigns.bench.stub prints its port.
"""

import asyncio
import itertools
import json
import sys

_IDS = itertools.count(1)


def answer(path: bytes) -> bytes:
    """Make the answer to one POST."""
    task = f"{next(_IDS):08x}-0000-4000-8000-000000000000"
    if path.startswith(b"/v1/aim-basic"):
        body: dict[str, object] = {
            "status": "200",
            "message": "success",
            "data": {"task_id": task},
        }
    else:
        body = {"task_id": task, "task_state": "Success", "submission_count": 100}
    raw = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection until it closes."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in lines
                if line.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            writer.write(answer(lines[0].split(b" ")[1]))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve() -> None:
    """Serve on a free port of this machine until the parent closes our stdin."""
    server = await asyncio.start_server(serve_client, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
