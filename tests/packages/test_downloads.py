"""The scripts that bring models, as they are in a package, against a server on loopback."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from tests.packages.shelves import Shelf, serving

import affiche.worker.packages as packages

SKELETON = Path(packages.__file__).parent / "skeleton"
MODEL = bytes(range(256)) * 400
PATH = "/me/klein/resolve/main/klein.safetensors"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with serving() as shelf:
        shelf.files[PATH] = MODEL
        yield shelf


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Scripts:
    """A package's two scripts, with a list of their own beside them."""

    folder: Path

    @property
    def model(self) -> Path:
        return self.folder / "models" / "diffusion_models" / "klein.safetensors"

    def list(self, *lines: str) -> None:
        (self.folder / "models.txt").write_text("# comment\n\n" + "\n".join(lines) + "\n")

    def run(self, name: str, *arguments: str, **more: str) -> Done:
        done = subprocess.run(
            [self.folder / name, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "DOWNLOAD_PAUSE": "0", **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def download(self, **more: str) -> Done:
        return self.run("download_models.sh", "models", **more)


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    for name in ("download_models.sh", "setup_netvolume.sh"):
        path = tmp_path / name
        path.write_text((SKELETON / name).read_text(encoding="utf-8"), encoding="utf-8")
        path.chmod(0o755)
    return Scripts(tmp_path)


def entry(shelf: Shelf, *, size: object = "-", digest: str = "-", path: str = PATH) -> str:
    return f"diffusion_models klein.safetensors {size} {digest} {shelf.url}{path}"


def test_a_file_is_fetched_once(shelf: Shelf, scripts: Scripts) -> None:
    scripts.list(entry(shelf, size=len(MODEL), digest=sha256(MODEL).hexdigest()))
    first = scripts.download()
    assert (first.code, scripts.model.read_bytes()) == (0, MODEL), first.err
    again = scripts.download()
    assert again.code == 0
    assert "diffusion_models/klein.safetensors is there" in again.out
    assert [method for method, _, _ in shelf.asked] == ["GET"]


def test_a_download_that_broke_off_goes_on(shelf: Shelf, scripts: Scripts) -> None:
    shelf.breaks[PATH] = [60_000, 30_000]
    scripts.list(entry(shelf, digest=sha256(MODEL).hexdigest()))
    done = scripts.download()
    assert (done.code, scripts.model.read_bytes()) == (0, MODEL), done.err
    ranges = [wanted for method, _, wanted in shelf.asked if method == "GET"]
    assert ranges == [None, "bytes=60000-", "bytes=90000-"]


def test_another_run_goes_on_with_what_the_first_left(shelf: Shelf, scripts: Scripts) -> None:
    shelf.breaks[PATH] = [60_000]
    scripts.list(entry(shelf, digest=sha256(MODEL).hexdigest()))
    assert scripts.download(DOWNLOAD_TRIES="1").code == 1
    assert not scripts.model.exists()
    assert scripts.download(DOWNLOAD_TRIES="1").code == 0
    assert scripts.model.read_bytes() == MODEL
    assert shelf.asked[-1][2] == "bytes=60000-"


def test_a_whole_part_is_taken(shelf: Shelf, scripts: Scripts) -> None:
    scripts.list(entry(shelf, digest=sha256(MODEL).hexdigest()))
    scripts.model.parent.mkdir(parents=True)
    scripts.model.with_name("klein.safetensors.part").write_bytes(MODEL)
    assert scripts.download().code == 0
    assert scripts.model.read_bytes() == MODEL


def test_a_server_without_ranges_begins_anew(shelf: Shelf, scripts: Scripts) -> None:
    shelf.ranges = False
    shelf.breaks[PATH] = [60_000]
    scripts.list(entry(shelf, digest=sha256(MODEL).hexdigest()))
    done = scripts.download()
    assert (done.code, scripts.model.read_bytes()) == (0, MODEL), done.err


@pytest.mark.parametrize("what", ["checksum", "bytes"])
def test_what_is_not_as_listed_is_not_kept(shelf: Shelf, scripts: Scripts, what: str) -> None:
    other = {"digest": "0" * 64} if what == "checksum" else {"size": len(MODEL) + 1}
    scripts.list(entry(shelf, **other))  # type: ignore[arg-type]
    done = scripts.download(DOWNLOAD_TRIES="2")
    assert done.code == 1
    assert what in done.err
    assert "given up after 2 tries" in done.err
    assert list(scripts.model.parent.iterdir()) == []


def test_without_a_checksum_the_server_s_own_counts(shelf: Shelf, scripts: Scripts) -> None:
    scripts.list(entry(shelf))
    shelf.told[PATH] = MODEL[:-1] + b"!"
    assert "checksum" in scripts.download(DOWNLOAD_TRIES="1").err
    assert not scripts.model.exists()
    shelf.told[PATH] = MODEL
    assert scripts.download().code == 0
    assert scripts.model.read_bytes() == MODEL


def test_a_file_that_was_damaged_is_fetched_again(shelf: Shelf, scripts: Scripts) -> None:
    scripts.list(entry(shelf, digest=sha256(MODEL).hexdigest()))
    scripts.model.parent.mkdir(parents=True)
    scripts.model.write_bytes(MODEL[:-1] + b"!")
    assert scripts.download().code == 0
    assert scripts.model.read_bytes() == MODEL


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_model_says_what_to_do(shelf: Shelf, scripts: Scripts, status: int) -> None:
    shelf.refused[PATH] = status
    scripts.list(entry(shelf))
    done = scripts.download()
    assert done.code == 1
    assert f"answers {status}" in done.err
    assert f'"Agree and access" on {shelf.url}/me/klein\n' in done.err
    assert "HF_TOKEN is not set" in done.err
    assert "given up" not in done.err
    assert not any(scripts.folder.rglob("*.safetensors"))


def test_with_a_token_that_may_it_is_fetched(shelf: Shelf, scripts: Scripts) -> None:
    shelf.refused[PATH], shelf.token = 403, "hf_right"
    scripts.list(entry(shelf))
    wrong = scripts.download(HF_TOKEN="hf_wrong")
    assert wrong.code == 1
    assert "HF_TOKEN is not set" not in wrong.err
    assert scripts.download(HF_TOKEN="hf_right").code == 0
    assert scripts.model.read_bytes() == MODEL
    assert "hf_" not in wrong.out
    assert "hf_wrong" not in wrong.err


def test_one_that_fails_keeps_no_other_back(shelf: Shelf, scripts: Scripts) -> None:
    shelf.files["/vae"] = b"vae"
    scripts.list(
        entry(shelf, path="/nowhere"),
        f"vae flux2-vae.safetensors 3 - {shelf.url}/vae",
        "loras mine.safetensors - - -",
        "one two",
    )
    done = scripts.download()
    assert done.code == 1
    assert (scripts.folder / "models/vae/flux2-vae.safetensors").read_bytes() == b"vae"
    assert "404" in done.err
    assert "loras/mine.safetensors: models.txt has no address" in done.err
    assert '"one two" is no line' in done.err


def test_a_file_that_somebody_copied_is_left_alone(shelf: Shelf, scripts: Scripts) -> None:
    scripts.list("loras mine.safetensors - - -")
    mine = scripts.folder / "models" / "loras" / "mine.safetensors"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    assert scripts.download().code == 0
    assert mine.read_bytes() == b"mine"


def test_a_server_that_is_away_is_tried_again(scripts: Scripts) -> None:
    scripts.list("vae a.safetensors 3 - http://127.0.0.1:9/a")
    done = scripts.download(DOWNLOAD_TRIES="2")
    assert done.code == 1
    assert done.err.count("broke off") == 2


def test_a_volume_is_filled(shelf: Shelf, scripts: Scripts, tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    scripts.list(entry(shelf))
    done = scripts.run("setup_netvolume.sh", NETWORK_VOLUME_PATH=str(volume))
    assert done.code == 0, done.err
    assert (volume / "models/diffusion_models/klein.safetensors").read_bytes() == MODEL
    assert f"diffusion_models/klein.safetensors  {len(MODEL)} bytes" in done.out
    assert "free" in done.out


def test_a_volume_that_is_not_there_is_named(scripts: Scripts) -> None:
    done = scripts.run("setup_netvolume.sh", NETWORK_VOLUME_PATH="/nowhere/at/all")
    assert done.code == 1
    assert "there is none at /nowhere/at/all" in done.err


def test_a_volume_fails_with_its_models(shelf: Shelf, scripts: Scripts, tmp_path: Path) -> None:
    shelf.refused[PATH] = 403
    scripts.list(entry(shelf))
    done = scripts.run("setup_netvolume.sh", NETWORK_VOLUME_PATH=str(tmp_path))
    assert done.code == 1
    assert "Agree and access" in done.err
