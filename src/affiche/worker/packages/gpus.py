"""RunPod's GPU pools, and the CUDA that each needs and each way of deploying has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

Cuda = tuple[int, int]

CUDA_VERSIONS: Final = ("11.8", *(f"12.{minor}" for minor in range(10)), "13.0")
"""What `allowedCudaVersions` may name, oldest first. They are the hosts' drivers, not toolkits:
NVIDIA made no toolkit 12.7, and a driver for 12.7 runs what was built with 12.6."""
HUB_NEWEST: Final[Cuda] = (12, 7)
"""The newest for which the Hub's hosts have a driver (seed 002)."""
BLACKWELL: Final[Cuda] = (12, 8)


@dataclass(frozen=True, slots=True)
class Pool:
    """`oldest`: the CUDA from which its cards are supported; `cards` as RunPod's ids name them."""

    oldest: Cuda
    cards: tuple[str, ...]


POOLS: Final[Mapping[str, Pool]] = MappingProxyType(
    {
        "AMPERE_16": Pool(
            (11, 8),
            (
                "NVIDIA RTX A4000",
                "NVIDIA RTX 4000 Ada Generation",
                "NVIDIA RTX 2000 Ada Generation",
            ),
        ),
        "AMPERE_24": Pool(
            (11, 8), ("NVIDIA RTX A4500", "NVIDIA RTX A5000", "NVIDIA GeForce RTX 3090")
        ),
        "ADA_24": Pool((12, 0), ("NVIDIA L4", "NVIDIA GeForce RTX 4090")),
        "ADA_32_PRO": Pool(BLACKWELL, ("NVIDIA GeForce RTX 5090",)),
        "AMPERE_48": Pool((11, 8), ("NVIDIA A40", "NVIDIA RTX A6000")),
        "ADA_48_PRO": Pool(
            (12, 0), ("NVIDIA L40S", "NVIDIA L40", "NVIDIA RTX 6000 Ada Generation")
        ),
        "AMPERE_80": Pool((11, 8), ("NVIDIA A100 80GB PCIe", "NVIDIA A100-SXM4-80GB")),
        "ADA_80_PRO": Pool(
            (12, 0), ("NVIDIA H100 PCIe", "NVIDIA H100 80GB HBM3", "NVIDIA H100 NVL")
        ),
        "HOPPER_141": Pool((12, 0), ("NVIDIA H200",)),
        "BLACKWELL_96": Pool(
            BLACKWELL,
            (
                "NVIDIA RTX PRO 6000 Blackwell Server Edition",
                "NVIDIA RTX PRO 6000 Blackwell Workstation Edition",
                "NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition",
            ),
        ),
        "BLACKWELL_180": Pool(BLACKWELL, ("NVIDIA B200",)),
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What `gpuIds` asks for: pools, cards that it leaves out, and what RunPod does not know."""

    pools: tuple[str, ...]
    without: tuple[str, ...]
    unknown: tuple[str, ...]

    def takes(self, gpu: str) -> bool:
        """Whether `gpu`, a pool or a card, is among them."""
        if gpu in self.pools:
            return True
        return gpu not in self.without and any(gpu in POOLS[pool].cards for pool in self.pools)


def choice(gpu_ids: str) -> Choice:
    """`ADA_24,ADA_32_PRO,-NVIDIA L4` taken apart."""
    wanted = [part.strip() for part in gpu_ids.split(",") if part.strip()]
    cards = {card for pool in POOLS.values() for card in pool.cards}
    without = tuple(part[1:].strip() for part in wanted if part.startswith("-"))
    pools = tuple(part for part in wanted if part in POOLS)
    plain = [part for part in wanted if not part.startswith("-") and part not in POOLS]
    return Choice(pools, without, (*plain, *(card for card in without if card not in cards)))


def pool_of(gpu: str) -> str | None:
    """The pool that `gpu`, a pool or a card, is or is in."""
    if gpu in POOLS:
        return gpu
    return next((name for name, pool in POOLS.items() if gpu in pool.cards), None)


def needing(pools: Iterable[str], cuda: Cuda) -> list[str]:
    """Those of `pools` whose cards are not supported by `cuda`."""
    return [name for name in pools if POOLS[name].oldest > cuda]


def version(text: str) -> Cuda | None:
    """`12.8` or `12.8.1` as numbers."""
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})(\.\d+)?", text.strip())
    return (int(found[1]), int(found[2])) if found else None


def shown(cuda: Cuda) -> str:
    return f"{cuda[0]}.{cuda[1]}"


def cuda_in(image: str) -> Cuda | None:
    """The CUDA that an image's name or a wheel index's address gives, such as
    `nvidia/cuda:12.8.1-base`, `…-cuda12.8.1-…`, `…-cu1281-…` and `…/whl/cu128`."""
    if found := re.search(r"cuda[:-]?(\d{2})\.(\d{1,2})", image):
        return int(found[1]), int(found[2])
    if found := re.search(r"(?<![a-z])cu(\d{2})(\d)", image):
        return int(found[1]), int(found[2])
    return None
