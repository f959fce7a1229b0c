"""A mail server on the loopback that does what it is told, one answer for each command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

HANG, CLOSE = "hang", "close"


@dataclass
class Mailbox:
    """`answers`: by command (EHLO, AUTH, MAIL, RCPT, DATA, and END for what follows the message)
    an answer's line, HANG or CLOSE, each used once; without one it agrees."""

    port: int = 0
    answers: dict[str, list[str]] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def will(self, command: str, *answers: str) -> None:
        self.answers.setdefault(command, []).extend(answers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 mailbox\r\n")
            while line := (await reader.readline()).decode("ascii", "replace").strip():
                command = line.partition(" ")[0].upper()
                self.commands.append(line)
                if not await self._answer(command, writer):
                    return
                if command == "DATA" and self._agreed:
                    text = await reader.readuntil(b"\r\n.\r\n")
                    if await self._answer("END", writer) and self._agreed:
                        parsed = message_from_bytes(text[:-3], policy=policy.default)
                        self.received.append(cast(EmailMessage, parsed))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, command: str, writer: asyncio.StreamWriter) -> bool:
        """Whether to go on."""
        usual = {"EHLO": "250-mailbox\r\n250 AUTH PLAIN", "DATA": "354 go on", "AUTH": "235 yes"}
        queued = self.answers.get(command)
        told = queued.pop(0) if queued else usual.get(command, "250 ok")
        self._agreed = told[:1] in "23"
        if told == CLOSE:
            return False
        if told == HANG:
            await asyncio.sleep(60)
            return False
        writer.write(f"{told}\r\n".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    made = Mailbox()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
