"""Composites, latents and the graph of a style brush do what ComfyUI's do."""

from typing import Any

import pytest
import pyvips

from .desk import Desk, png
from .graphs import Graph, klein, node, sampled


def gradient(width: int, height: int) -> pyvips.Image:
    """Each pixel tells its own place: red = x, green = y."""
    place = pyvips.Image.xyz(width, height)
    return place.bandjoin(0).cast("uchar").copy(interpretation="srgb")


class TestComposite:
    def graph(self, **inputs: Any) -> Graph:
        return {
            "1": node("EmptyImage", width=20, height=10, batch_size=1, color=0x0A141E),
            "2": node("EmptyImage", width=8, height=8, batch_size=1, color=0xFFFFFF),
            "3": node(
                "ImageCompositeMasked",
                destination=["1", 0],
                source=["2", 0],
                **{"x": 0, "y": 0, "resize_source": False, **inputs},
            ),
            "9": node("SaveImage", images=["3", 0], filename_prefix="composite"),
        }

    async def test_at_a_place_and_cut_at_the_edge(self, desk: Desk) -> None:
        shown = await desk.image_of(self.graph(x=15, y=4))
        assert (shown.width, shown.height) == (20, 10)
        assert (shown(14, 4), shown(15, 3)) == ([10, 20, 30], [10, 20, 30])
        assert (shown(15, 4), shown(19, 9)) == ([255, 255, 255], [255, 255, 255])

    async def test_resized_to_the_destination(self, desk: Desk) -> None:
        shown = await desk.image_of(self.graph(resize_source=True))
        assert shown(19, 9) == [255, 255, 255]

    async def test_through_a_mask(self, desk: Desk) -> None:
        await desk.upload(png(8, 8, 51, 0, 0), "photo.png")
        graph = self.graph(mask=["4", 0])
        graph["4"] = node("LoadImageMask", image="photo.png", channel="red")
        assert (await desk.image_of(graph))(2, 2) == [59, 67, 75]


class TestLatents:
    @pytest.mark.parametrize(
        ("class_type", "size"),
        [("EmptyLatentImage", (72, 40)), ("EmptyFlux2LatentImage", (64, 32))],
    )
    async def test_empty_ones_are_floored_to_their_grid(
        self, desk: Desk, class_type: str, size: tuple[int, int]
    ) -> None:
        graph = sampled()
        graph["5"] = node(class_type, width=79, height=47, batch_size=1)
        shown = await desk.image_of(graph)
        assert (shown.width, shown.height) == size

    async def test_a_batch_gives_different_pictures(self, desk: Desk) -> None:
        graph = sampled()
        graph["5"]["inputs"]["batch_size"] = 2
        entry = await desk.run(graph)
        first, second = [await desk.picture(s) for s in entry["outputs"]["9"]["images"]]
        assert (first - second).abs().max() > 0

    async def test_encoding_cuts_at_the_middle(self, desk: Desk) -> None:
        await desk.upload(gradient(100, 70).pngsave_buffer(), "photo.png")
        graph = {
            "1": node("LoadImage", image="photo.png"),
            "2": node("VAELoader", vae_name="flux2-vae.safetensors"),
            "3": node("VAEEncode", pixels=["1", 0], vae=["2", 0]),
            "4": node("VAEDecode", samples=["3", 0], vae=["2", 0]),
            "9": node("SaveImage", images=["4", 0], filename_prefix="round"),
        }
        shown = await desk.image_of(graph)
        assert (shown.width, shown.height) == (96, 64)
        assert shown(0, 0) == [2, 3, 0]

    async def test_split_sigmas_share_the_steps(self, desk: Desk) -> None:
        await desk.upload(png(64, 64, 90, 90, 90), "photo.png")
        graph = klein()
        graph["75:60"] = node("SplitSigmas", sigmas=["75:62", 0], step=3)
        graph["75:64"]["inputs"]["sigmas"] = ["75:60", 0]
        async with desk.listening("me") as ear:
            await desk.prompt(graph, client_id="me")
            frames = await ear.run()
        assert [d["value"] for kind, d in frames if kind == "progress"] == [1, 2, 3]


async def test_the_style_brush_graph_runs(desk: Desk) -> None:
    """Style by picture, through a mask: the classes of a brush that paints one picture's style
    onto a part of another."""
    for name, data in (
        ("input-1.png", gradient(160, 120).pngsave_buffer()),
        ("input-2.png", png(80, 80, 200, 80, 20)),
        ("mask.png", png(160, 120, 0, 0, 0, 0)),
    ):
        await desk.upload(data, name)
    graph = {
        "1": node("UNETLoader", unet_name="flux1-fill-dev.safetensors", weight_dtype="default"),
        "2": node(
            "DualCLIPLoader",
            clip_name1="clip_l.safetensors",
            clip_name2="t5xxl_fp16.safetensors",
            type="flux",
        ),
        "3": node("VAELoader", vae_name="ae.safetensors"),
        "4": node("CLIPVisionLoader", clip_name="sigclip_vision_patch14_384.safetensors"),
        "5": node("StyleModelLoader", style_model_name="flux1-redux-dev.safetensors"),
        "422": node("LoadImage", image="input-1.png"),
        "590": node("LoadImage", image="input-2.png"),
        "698": node("LoadImageMask", image="mask.png", channel="alpha"),
        "658": node("CLIPTextEncode", text="marble", clip=["2", 0]),
        "659": node("FluxGuidance", conditioning=["658", 0], guidance=30.0),
        "660": node("CLIPVisionEncode", clip_vision=["4", 0], image=["590", 0], crop="center"),
        "667": node(
            "StyleModelApply",
            conditioning=["659", 0],
            style_model=["5", 0],
            clip_vision_output=["660", 0],
            strength=1.0,
            strength_type="multiply",
        ),
        "661": node("ConditioningZeroOut", conditioning=["658", 0]),
        "670": node("GrowMask", mask=["698", 0], expand=4, tapered_corners=True),
        "671": node(
            "InpaintModelConditioning",
            positive=["667", 0],
            negative=["661", 0],
            vae=["3", 0],
            pixels=["422", 0],
            mask=["670", 0],
            noise_mask=True,
        ),
        "672": node("DifferentialDiffusion", model=["1", 0]),
        "689": node(
            "KSampler",
            model=["672", 0],
            seed=5,
            steps=3,
            cfg=1.0,
            sampler_name="euler",
            scheduler="normal",
            positive=["671", 0],
            negative=["671", 1],
            latent_image=["671", 2],
            denoise=1.0,
        ),
        "690": node("VAEDecode", samples=["689", 0], vae=["3", 0]),
        "9": node("SaveImage", images=["690", 0], filename_prefix="brush"),
    }
    shown = await desk.image_of(graph)
    assert (shown.width, shown.height) == (160, 120)
