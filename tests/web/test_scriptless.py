"""Everything can be done without scripts: a form that is posted, a link that reads again."""

from pathlib import Path

from playwright.async_api import expect
from tests.support.studios import at_work, reached
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import works
from affiche.studio.studio import Caller, Studio


async def test_the_whole_path_without_scripts(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    visitor = await visit(alice, scripts=False, language="ko")
    page = visitor.page
    await visitor.go("/")
    await page.get_by_role("link", name="사진 다시 그리기").click()
    await page.get_by_role("link", name="빠르게").click()
    await expect(page.locator("#megapixels")).to_have_value("0.5")
    await page.fill("#prompt", "가" * 501)
    await page.set_input_files("#image", photo)
    await page.click(".ask")
    # The form comes back with its words, and with the picture, which need not be chosen again.
    await expect(page).to_have_url(f"{visitor.base}/templates/klein-i2i/works")
    await expect(page.locator("#prompt-problem")).to_be_visible()
    await expect(page.locator("#prompt")).to_have_value("가" * 501)
    await expect(page.locator("#prompt")).to_be_focused()
    await expect(page.locator(".drop-picture")).to_be_visible()
    await page.fill("#prompt", "노을 지는 해변")
    await page.click(".ask")
    await expect(page.locator(".state")).to_have_text("대기 중")

    async with at_work(studio):
        await reached(studio, alice, visitor.work_id, "completed")
    await page.get_by_role("link", name="새로 고침").click()
    await expect(page.locator(".state")).to_have_text("완료")
    source, result = page.locator(".compare-source img"), page.locator(".compare-result img")
    left, right = await source.bounding_box(), await result.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]

    await page.get_by_role("link", name="같은 설정으로 다시 쓰기").click()
    await expect(page.locator("#prompt")).to_have_value("노을 지는 해변")
    await page.click(".ask")
    await expect(page.locator(".state")).to_have_text("대기 중")
    again = await works.get(studio, alice, visitor.work_id)
    assert again.input_data["prompt"] == "노을 지는 해변"
    await page.get_by_role("button", name="취소").click()
    await expect(page.locator(".state")).to_have_text("취소됨")
    await page.get_by_role("button", name="다시 시도").click()
    await page.wait_for_url(lambda url: "/works/" in url and str(again.id) not in url)
    assert (await works.get(studio, alice, visitor.work_id)).retry_of == again.id


async def test_the_language_changes_without_scripts(visit: Open, alice: Caller) -> None:
    visitor = await visit(alice, scripts=False, language="ko")
    await visitor.go("/gallery?show=done")
    await visitor.page.get_by_role("button", name="English").click()
    await expect(visitor.page.locator("h1")).to_have_text("Gallery")
    assert visitor.path == "/gallery?show=done"
