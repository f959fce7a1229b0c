"""Uploads, `/view` and what the server says of itself."""

import json
from typing import Any

import aiohttp
import pytest
import pyvips

from .desk import Desk, png
from .graphs import blank

RED, BLUE = png(8, 8, 255, 0, 0), png(8, 8, 0, 0, 255)


class TestUpload:
    async def test_gives_back_the_name_to_use(self, desk: Desk) -> None:
        answer = {"name": "t.png", "subfolder": "", "type": "input"}
        assert await desk.upload(RED, "t.png") == (200, answer)
        assert (desk.server.folder / "input" / "t.png").read_bytes() == RED

    async def test_same_name_and_bytes_is_the_same_file(self, desk: Desk) -> None:
        names = [(await desk.upload(RED, "t.png"))[1]["name"] for _ in range(2)]
        assert names == ["t.png", "t.png"]

    async def test_same_name_and_other_bytes_gets_another_name(self, desk: Desk) -> None:
        uploads = (RED, BLUE, png(1, 1, 0), BLUE)
        names = [(await desk.upload(data, "t.png"))[1]["name"] for data in uploads]
        assert names == ["t.png", "t (1).png", "t (2).png", "t (1).png"]

    @pytest.mark.parametrize(
        ("said", "name"),
        [("true", "t.png"), ("1", "t.png"), ("True", "t (1).png"), ("yes", "t (1).png")],
    )
    async def test_only_true_and_1_overwrite(self, desk: Desk, said: str, name: str) -> None:
        await desk.upload(RED, "t.png")
        assert (await desk.upload(BLUE, "t.png", overwrite=said))[1]["name"] == name

    async def test_type_and_subfolder(self, desk: Desk) -> None:
        _, answer = await desk.upload(RED, "t.png", type="temp", subfolder="a/b")
        assert answer == {"name": "t.png", "subfolder": "a/b", "type": "temp"}
        assert (desk.server.folder / "temp/a/b/t.png").is_file()

    async def test_a_subfolder_is_part_of_the_name_that_loads(self, desk: Desk) -> None:
        await desk.upload(RED, "t.png", subfolder="a/b")
        graph = blank()
        graph["1"] = {"class_type": "LoadImage", "inputs": {"image": "a/b/t.png"}}
        assert (await desk.image_of(graph))(0, 0) == [255, 0, 0]

    async def test_contents_are_never_looked_at(self, desk: Desk) -> None:
        assert (await desk.upload(b"junk", "t.png"))[0] == 200

    @pytest.mark.parametrize("subfolder", ["..", "../other", "a/../../b"])
    async def test_not_outside_the_folder(self, desk: Desk, subfolder: str) -> None:
        assert (await desk.upload(RED, "t.png", subfolder=subfolder))[0] == 400

    async def test_without_an_image(self, desk: Desk) -> None:
        form = aiohttp.FormData({"type": "input"})
        form.add_field("other", b"x", filename="x.png")
        async with desk.http.post("/upload/image", data=form) as answer:
            assert answer.status == 400

    @pytest.mark.parametrize("desk", [{"max_upload": 100_000}], indirect=True)
    async def test_too_large(self, desk: Desk) -> None:
        assert (await desk.upload(bytes(100_001), "t.png"))[0] == 413
        assert (await desk.post("/prompt", {"prompt": {}, "extra_data": "x" * 100_001}))[0] == 413
        assert (await desk.upload(bytes(90_000), "t.png"))[0] == 200

    async def test_the_limit_is_100_mb(self, desk: Desk) -> None:
        assert desk.server.service.options.max_upload == 100 * 1024 * 1024


class TestMask:
    async def test_gives_the_original_the_alpha_of_the_mask(self, desk: Desk) -> None:
        await desk.upload(RED, "t.png")
        status, answer = await desk.upload(
            png(8, 8, 0, 0, 0, 40),
            "masked.png",
            "/upload/mask",
            original_ref=json.dumps({"filename": "t.png", "type": "input"}),
        )
        assert (status, answer["name"]) == (200, "masked.png")
        stored = pyvips.Image.new_from_file(str(desk.server.folder / "input" / "masked.png"))
        assert stored(0, 0) == [255, 0, 0, 40]

    async def test_an_absent_original_is_no_error_and_writes_nothing(self, desk: Desk) -> None:
        status, _ = await desk.upload(
            RED, "masked.png", "/upload/mask", original_ref=json.dumps({"filename": "no.png"})
        )
        assert status == 200
        assert not list((desk.server.folder / "input").iterdir())


class TestView:
    async def test_gives_the_bytes(self, desk: Desk) -> None:
        await desk.upload(RED, "t.png")
        async with desk.http.get("/view", params={"filename": "t.png", "type": "input"}) as answer:
            assert answer.headers["content-type"] == "image/png"
            assert await answer.read() == RED

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"filename": "absent.png"}, 404),
            ({"filename": "t.png"}, 404),
            ({}, 404),
            ({"filename": ""}, 400),
            ({"filename": "../t.png"}, 400),
            ({"filename": "/etc/hosts"}, 400),
            ({"filename": "t.png", "type": "models"}, 400),
            ({"filename": "t.png", "type": "input", "subfolder": "../.."}, 403),
            ({"filename": "t.png", "type": "input", "subfolder": "/etc"}, 403),
            ({"filename": "t.png [input]"}, 200),
        ],
    )
    async def test_refuses(self, desk: Desk, query: dict[str, str], status: int) -> None:
        await desk.upload(RED, "t.png")
        assert (await desk.get("/view", **query))[0] == status

    @pytest.mark.parametrize(
        ("asked", "loader"),
        [("webp;80", "webpload"), ("jpeg;50", "jpegload"), ("png;10", "webpload")],
    )
    async def test_previews(self, desk: Desk, asked: str, loader: str) -> None:
        await desk.upload(RED, "t.png")
        _, data = await desk.get("/view", filename="t.png", type="input", preview=asked)
        image = pyvips.Image.new_from_buffer(data, "")
        assert image.get("vips-loader").startswith(loader)
        assert (image.width, image.height) == (8, 8)

    async def test_channels(self, desk: Desk) -> None:
        await desk.upload(png(4, 4, 10, 20, 30, 99), "t.png")
        where = {"filename": "t.png", "type": "input"}
        for channel, pixel in (("rgb", [10, 20, 30]), ("a", [0, 0, 0, 99])):
            _, data = await desk.get("/view", **where, channel=channel)
            assert pyvips.Image.new_from_buffer(data, "")(0, 0) == pixel


class TestSaving:
    async def test_counts_up_and_makes_subfolders(self, desk: Desk) -> None:
        shown = []
        for color in range(2):
            entry = await desk.run(blank(color=color, prefix="sub/%width%x%height%"))
            shown += entry["outputs"]["9"]["images"]
        assert [(s["subfolder"], s["filename"]) for s in shown] == [
            ("sub", "32x16_00001_.png"),
            ("sub", "32x16_00002_.png"),
        ]

    async def test_not_outside_the_output_folder(self, desk: Desk) -> None:
        entry = await desk.run(blank(prefix="../out"))
        assert entry["status"]["messages"][-1][0] == "execution_error"

    async def test_a_preview_goes_to_temp(self, desk: Desk) -> None:
        graph = blank()
        graph["9"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
        shown = (await desk.run(graph))["outputs"]["9"]["images"][0]
        assert shown["type"] == "temp"
        assert (desk.server.folder / "temp" / shown["filename"]).is_file()

    async def test_a_batch_gives_a_file_each(self, desk: Desk) -> None:
        graph = blank()
        graph["1"]["inputs"]["batch_size"] = 3
        shown = (await desk.run(graph))["outputs"]["9"]["images"]
        assert [s["filename"] for s in shown] == [f"blank_0000{n}_.png" for n in (1, 2, 3)]

    async def test_the_graph_is_written_into_the_png(self, desk: Desk) -> None:
        """Trap 4."""
        extra = {"extra_pnginfo": {"workflow": {"name": "노을"}}}
        entry = await desk.run(blank(), extra_data=extra)
        image = await desk.picture(entry["outputs"]["9"]["images"][0])
        assert json.loads(image.get("png-comment-0-prompt")) == blank()
        assert json.loads(image.get("png-comment-1-workflow")) == {"name": "노을"}

    @pytest.mark.parametrize("desk", [{"metadata": False}], indirect=True)
    async def test_unless_metadata_is_disabled(self, desk: Desk) -> None:
        image = await desk.image_of(blank())
        assert not [name for name in image.get_fields() if name.startswith("png-comment")]

    @pytest.mark.parametrize("desk", [{"keep": 10}], indirect=True)
    async def test_old_files_go(self, desk: Desk) -> None:
        for color in range(20):
            entry = await desk.run(blank(color=color))
        await desk.run(blank(color=99))
        files = {path.name for path in (desk.server.folder / "output").iterdir()}
        assert entry["outputs"]["9"]["images"][0]["filename"] in files
        assert len(files) == 11


class TestAbout:
    async def test_system_stats(self, desk: Desk) -> None:
        _, stats = await desk.get("/system_stats")
        assert stats["system"]["comfyui_version"] == "0.33.0"
        assert stats["devices"][0]["type"] == "cpu"

    async def test_object_info(self, desk: Desk) -> None:
        await desk.upload(RED, "mine.png")
        _, info = await desk.get("/object_info")
        assert len(info) == 49
        assert info["LoadImage"]["input"]["required"]["image"][0] == ["mine.png"]
        assert info["SaveImage"]["output_node"] is True
        assert await desk.get("/object_info/KSampler") == (200, {"KSampler": info["KSampler"]})
        assert await desk.get("/object_info/Absent") == (200, {})

    async def test_models(self, desk: Desk) -> None:
        _, folders = await desk.get("/models")
        assert {"diffusion_models", "text_encoders", "vae", "loras", "checkpoints"} <= set(folders)
        _, files = await desk.get("/models/diffusion_models")
        assert "flux-2-klein-9b-fp8.safetensors" in files
        for absent in ("unet", "clip", "nothing"):
            assert (await desk.get(f"/models/{absent}"))[0] == 404

    async def test_the_lists_follow_the_files(self, desk: Desk) -> None:
        _, files = await desk.get("/models/vae")
        _, info = await desk.get("/object_info/VAELoader")
        assert info["VAELoader"]["input"]["required"]["vae_name"][0] == files

    @pytest.mark.parametrize(
        "path", ["/prompt", "/queue", "/history", "/object_info/KSampler", "/models/vae"]
    )
    async def test_every_route_is_also_under_api(self, desk: Desk, path: str) -> None:
        assert await desk.get(f"/api{path}") == await desk.get(path)

    async def test_an_unknown_route(self, desk: Desk) -> None:
        assert (await desk.get("/nothing"))[0] == 404


ORIGINS: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    ({"Origin": "{here}"}, 200),
    ({"Origin": "https://example.org"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Origin": "https://example.org", "Host": "comfy.example.org"}, 200),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
async def test_another_page_is_kept_out_on_loopback(
    desk: Desk, headers: dict[str, str], status: int
) -> None:
    sent: Any = {k: v.replace("{here}", desk.server.url) for k, v in headers.items()}
    async with desk.http.get("/queue", headers=sent) as answer:
        assert answer.status == status


async def test_another_page_gets_no_socket(desk: Desk) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await desk.http.ws_connect("/ws?clientId=x", origin="https://example.org")
    assert refused.value.status == 403
