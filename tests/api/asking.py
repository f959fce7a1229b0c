"""Asking for works as a program does."""

from typing import Any

from tests.support.servers import Answer, Client
from tests.support.studios import photograph

from affiche.studio.studio import Studio

PROMPT = "배경을 노을 지는 해변으로 바꿔줘"


async def uploaded(client: Client) -> str:
    answer = await client.upload(photograph(), "사진.jpg")
    assert answer.status == 201
    return str(answer.json["id"])


async def asked(client: Client, picture: str, **more: Any) -> Answer:
    inputs = {"image": picture, "prompt": PROMPT, "megapixels": 0.5, **more.pop("inputs", {})}
    headers = more.pop("headers", {})
    body = {"template": "klein-i2i", "inputs": inputs, **more}
    return await client.post("/v1/works", json=body, headers=headers)


async def rows(studio: Studio, table: str = "works") -> int:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(f"SELECT count(*) FROM {table}")
        row = await cursor.fetchone()
    return row[0] if row else -1


async def made(client: Client, count: int) -> list[str]:
    picture = await uploaded(client)
    return [(await asked(client, picture)).json["id"] for _ in range(count)]
