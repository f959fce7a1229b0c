"""`affiche up` and the commands that find it: one studio, on an emulated ComfyUI server."""

import json
import signal
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pyvips
from tests.cli.programs import LINK, Done, Process, affiche, ask, running

from affiche.catalog import catalog

SMALL = ("megapixels=0.5", "steps=1")
FOREIGN_MODEL = "somebody-elses-model.safetensors"


@dataclass(frozen=True)
class Studio:
    data: Path
    process: Process
    emulator: str

    @property
    def told(self) -> dict[str, str]:
        told: dict[str, str] = json.loads((self.data / "studio.json").read_text())
        return told

    def affiche(self, *arguments: str, **more: str) -> Done:
        return affiche(self.data, *arguments, **more)

    def plan(self, **fault: object) -> None:
        assert ask(f"{self.emulator}/_faults", method="POST", body=fault).status == 200


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("studio")
    data, own = home / "data", home / "templates"
    foreign_template(own / "foreign")
    with running(data, "emulate", "comfyui", "--port", "0", "--pace", "0", "--faults") as emulator:
        url = emulator.wait_for(r"http://\S+")
        with running(data, "up", COMFYUI_URL=url, AFFICHE_CATALOG=str(own)) as process:
            process.wait_for(LINK)
            process.wait_for("Ctrl-C")
            yield Studio(data, process, url)


def foreign_template(folder: Path) -> None:
    """A copy of klein-i2i that needs a model which no emulator has."""
    folder.mkdir(parents=True)
    shipped = Path(catalog.__file__).parent / "klein-i2i"
    page = (shipped / "template.toml").read_text(encoding="utf-8")
    template = next(t for t in catalog.shipped() if t.slug == "klein-i2i")
    page = page.replace(str(template.id), "01a1fe6a-0000-7000-8000-000000000001")
    page = page.replace(template.template_name, "foreign_v1")
    (folder / "template.toml").write_text(page, encoding="utf-8")
    graph = (shipped / "workflow.json").read_text(encoding="utf-8")
    model = next(m.name for m in template.models if m.folder == "diffusion_models")
    (folder / "workflow.json").write_text(graph.replace(model, FOREIGN_MODEL), encoding="utf-8")


def test_it_says_how_to_get_in_and_how_to_go_on(studio: Studio) -> None:
    assert studio.told["url"] in studio.process.text
    assert studio.emulator in studio.process.text
    assert str(studio.data) in studio.process.text
    assert "run klein-i2i image=@photo.jpg" in studio.process.text


def test_its_link_signs_in_once(studio: Studio) -> None:
    link = studio.process.wait_for(LINK)
    first, second = ask(link), ask(link)
    assert first.status == 303
    assert "affiche_session=" in first.headers["set-cookie"]
    assert second.status == 401


def test_what_it_tells_other_commands_is_for_its_user_alone(studio: Studio) -> None:
    page = studio.data / "studio.json"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE((studio.data / "command-key").stat().st_mode) == 0o600
    assert studio.told["pid"] == studio.process.process.pid
    assert ask(f"{studio.told['url']}/v1/me", key=studio.told["api_key"]).status == 200


def test_a_second_one_leads_to_the_first(studio: Studio) -> None:
    second = studio.affiche("up")
    assert second.code == 0, second.err
    assert "already" in second.out
    assert ask(LINK.search(second.out)[0]).status == 303  # type: ignore[index]
    assert ask(f"{studio.told['url']}/health").status == 200


def test_link_makes_another_link(studio: Studio) -> None:
    made = studio.affiche("link")
    assert LINK.fullmatch(made.out.strip())
    assert ask(made.out.strip()).status == 303


def test_run_gives_the_record_that_http_gives(studio: Studio, photo: Path) -> None:
    done = studio.affiche(
        "run", "klein-i2i", f"image=@{photo}", "prompt=노을", *SMALL, "--seed", "7", "--json"
    )
    assert done.code == 0, done.err
    work = done.json
    (saved,) = (studio.data.parent / path for path in work.pop("files"))
    picture = pyvips.Image.new_from_file(str(saved))
    (output,) = work["outputs"]
    assert (picture.width, picture.height) == (output["width"], output["height"])
    assert (work["seed"], work["inputs"]["prompt"]) == (7, "노을")
    told = studio.told
    assert work == ask(f"{told['url']}/v1/works/{work['id']}", key=told["api_key"]).json


def test_run_ends_with_the_picture_s_path(studio: Studio, photo: Path) -> None:
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=a", *SMALL, "-o", "pictures")
    done = studio.affiche(*asked)
    path = studio.data.parent / done.out.strip()
    assert path.is_file()
    assert path.parent.name == "pictures"
    assert "Done" in done.err
    assert "\x1b" not in done.out + done.err


def test_several_outputs_are_several_files(studio: Studio, photo: Path) -> None:
    done = studio.affiche(
        "run", "klein-i2i", f"image=@{photo}", "prompt=b", *SMALL, "--outputs", "2"
    )
    assert done.code == 0, done.err
    assert len({(studio.data.parent / line).read_bytes() for line in done.out.splitlines()}) == 2


def test_no_wait_prints_the_id_and_nothing_else(studio: Studio, photo: Path) -> None:
    done = studio.affiche("run", "klein-i2i", f"image=@{photo}", "prompt=c", *SMALL, "--no-wait")
    told = studio.told
    found = ask(f"{told['url']}/v1/works/{done.out.strip()}", key=told["api_key"])
    assert (done.code, found.status) == (0, 200)


def test_every_problem_is_named_at_once_by_field(studio: Studio, tmp_path: Path) -> None:
    page = tmp_path / "words.jpg"
    page.write_text("no picture")
    wrong = ("prompt=", "steps=41", "cfg=much", f"seed={2**64}", "stepz=1", f"image=@{page}")
    done = studio.affiche("run", "klein-i2i", *wrong, "--json")
    fields = {each["field"]: each["message"] for each in done.json["error"]["fields"]}
    assert done.code == 2
    assert list(fields) == ["prompt", "steps", "cfg", "seed", "stepz", "image"]
    assert "Did you mean steps?" in fields["stepz"]


def test_a_refused_upload_is_named_by_its_field(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "half.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    done = studio.affiche("run", "klein-i2i", f"image=@{tmp_path / 'half.jpg'}", "prompt=a")
    assert done.code == 2
    assert "  image: " in done.err
    assert done.out == ""


def test_an_unknown_template_comes_with_the_known_ones(studio: Studio) -> None:
    done = studio.affiche("run", "klein", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "no_template")
    assert "klein-poster" in done.json["error"]["hint"]


def test_a_work_that_fails_says_why(studio: Studio, photo: Path) -> None:
    studio.plan(point="node", kind="fail", exception="ValueError", message="no", node="75:65")
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=fail", *SMALL)
    plain = studio.affiche(*asked)
    studio.plan(point="node", kind="fail", exception="ValueError", message="no", node="75:65")
    told = studio.affiche(*asked, "--json", AFFICHE_LANGUAGE="ko")
    assert (plain.code, plain.out, told.code) == (1, "", 1)
    assert "the workflow failed (VAEDecode #75:65)" in plain.err
    assert "hint: " in plain.err
    assert (told.json["status"], told.json["files"]) == ("failed", [])
    assert "워크플로가 실패했습니다" in told.json["error"]["message"]


def test_ctrl_c_cancels_the_work(studio: Studio, photo: Path) -> None:
    studio.plan(point="node", kind="hang", node="75:65")
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=hang", *SMALL)
    with running(studio.data, *asked) as run:
        run.wait_for(r"Generating")
        assert run.stop() == 130
    ask(f"{studio.emulator}/_faults", method="DELETE")
    assert "Cancelling" in run.text
    assert "cancelled" in run.text
    told = studio.told
    (newest,) = ask(f"{told['url']}/v1/works?limit=1", key=told["api_key"]).json["works"]
    assert (newest["prompt"], newest["status"]) == ("hang", "cancelled")


def test_at_an_address_with_a_key(studio: Studio, photo: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=d", *SMALL, "--json")
    told = {"AFFICHE_URL": studio.told["url"]}
    known = affiche(elsewhere, *asked, AFFICHE_API_KEY=studio.told["api_key"], **told)
    unknown = affiche(elsewhere, *asked, AFFICHE_API_KEY="aff_nobody", **told)
    without = affiche(elsewhere, *asked, **told)
    nobody = affiche(
        elsewhere, *asked, AFFICHE_URL="http://127.0.0.1:9", AFFICHE_API_KEY="aff_nobody"
    )
    assert [each.code for each in (known, unknown, without, nobody)] == [0, 2, 2, 3]
    assert known.json["status"] == "completed"
    assert unknown.json["error"]["code"] == "not_signed_in"
    assert (without.json["error"]["code"], nobody.json["error"]["code"]) == (
        "no_key",
        "unreachable",
    )
    assert not elsewhere.exists()


def test_doctor_tells_well_from_missing(studio: Studio) -> None:
    done = studio.affiche("doctor", "--json", COMFYUI_URL=studio.emulator)
    states = {each["subject"]: each["state"] for each in done.json["findings"]}
    assert states == {
        "data": "ok",
        "space": states["space"],
        "studio": "ok",
        "database": "ok",
        "workers": "ok",
        "works": "ok",
        "leftovers": "ok",
        "pictures": "ok",
        "storage": "ok",
        "comfyui": "broken",
        "preview": "ok",
        "language_model": "note",
        "browser_files": "ok",
    }
    (comfyui,) = [each for each in done.json["findings"] if each["subject"] == "comfyui"]
    assert comfyui["code"] == "drift"
    (missing,) = comfyui["details"]
    assert FOREIGN_MODEL in missing
    assert "models/diffusion_models" in missing
    assert done.code == 1


def test_templates_check_compares_with_a_live_server(studio: Studio) -> None:
    well = studio.affiche("templates", "check", "klein-i2i", "--server", studio.emulator)
    own = str(studio.data.parent / "templates")
    drifted = studio.affiche("templates", "check", own, "--server", studio.emulator, "--json")
    assert well.code == 0, well.out
    assert drifted.code == 1
    (found,) = drifted.json["templates"]
    assert FOREIGN_MODEL in found["problems"][0]


def test_a_line_for_each_work_that_ended(studio: Studio) -> None:
    assert studio.process.wait_for(r"work \S+: picture 1 of 1, [\d.]+ s")
    assert "Traceback" not in studio.process.text
    assert "uvicorn" not in studio.process.text.lower()


def test_a_studio_stops_and_starts_and_keeps_everything(
    tmp_path: Path, photo: Path, studio: Studio
) -> None:
    data = tmp_path / "data"
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=keep", *SMALL)
    studio.plan(point="node", kind="hang", node="75:65")
    with ExitStack() as stack:
        first = stack.enter_context(running(data, "up", COMFYUI_URL=studio.emulator))
        first.wait_for(LINK)
        before = json.loads((data / "studio.json").read_text())
        # A work under way, and somebody who waits for it, outlast the stop between.
        run = stack.enter_context(running(data, *asked))
        run.wait_for("Generating")
        assert first.stop() == 0
        assert "Stopped" in first.text
        assert not (data / "postgres" / "postmaster.pid").exists()
        assert not (data / "studio.json").exists()

        second = stack.enter_context(running(data, "up", COMFYUI_URL=studio.emulator))
        second.wait_for(LINK)
        after = json.loads((data / "studio.json").read_text())
        assert after["url"] == before["url"]
        ask(f"{studio.emulator}/_faults", method="DELETE")
        path = data.parent / run.wait_for(r"out/\S+")
        (work,) = ask(f"{after['url']}/v1/works", key=before["api_key"]).json["works"]
        picture = ask(f"{after['url']}{work['outputs'][0]['url']}", key=after["api_key"])
        assert picture.body == path.read_bytes()
        assert run.process.wait(60) == 0

        second.process.send_signal(signal.SIGKILL)
        assert second.stop() == -signal.SIGKILL
    assert (data / "studio.json").exists()
    stale = affiche(data, *asked, "--no-wait", "--json")
    assert (stale.code, stale.json["error"]["code"]) == (3, "none_running")


def test_sigterm_ends_it_as_well_and_a_taken_port_is_named(tmp_path: Path, studio: Studio) -> None:
    data = tmp_path / "data"
    port = studio.told["url"].rpartition(":")[2]
    taken = affiche(data, "up", "--port", port)
    assert (taken.code, taken.out) == (1, "")
    assert port in taken.err
    assert "hint: " in taken.err
    with running(data, "serve") as serve:
        serve.wait_for(LINK)
        assert serve.stop(signal.SIGTERM) == 0
    assert not (data / "postgres" / "postmaster.pid").exists()
