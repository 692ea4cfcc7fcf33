"""The page on which is drawn: who may ask it, what it says of a drawing, and a digit drawn in a browser."""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.browser import chromium, serving
from tests.kit.drawn import digit

import twinprop
from twinprop.__main__ import main
from twinprop.commands.draw import classifier
from twinprop.commands.draw.classifier import Classifier
from twinprop.commands.draw.server import Page

PNG = b"\x89PNG\r\n"


def trained(folder: Path, backend: str, *words: str) -> Any:
    return twinprop.train(
        f"model.backend={backend}", "train.epochs=4", "optimizer=adam", f"hydra.run.dir={folder}/{backend}", *words
    )


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("draw")
    return [trained(folder, backend, "optimizer.lr=0.01") for backend in ("scratch", "torch")]


@pytest.fixture
def page(twins: list[Any]) -> Iterator[Page]:
    server = Page([Classifier(run) for run in twins], 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ask(page: Page, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", page.server_port, timeout=30)
    connection.request(method, path, body=body or None, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_only_who_knows_the_word_is_answered(page: Page) -> None:
    start = f"/{page.token}/"
    assert page.server_address[0] == "127.0.0.1"
    assert ask(page, "GET", start)[0] == 200
    assert ask(page, "GET", "/")[0] == 404
    other = "x" if page.token[-1] != "x" else "y"
    assert ask(page, "GET", f"/{page.token[:-1]}{other}/")[0] == 404
    assert ask(page, "GET", f"{start}runs", Host="somewhere.example")[0] == 404
    assert ask(page, "POST", f"/{'x' * len(page.token)}/classify", PNG)[0] == 404
    assert ask(page, "GET", f"{start}../../etc/passwd")[0] == 404


def test_twins_say_what_a_drawing_is(page: Page, tmp_path: Path) -> None:
    start = f"/{page.token}/"
    status, text = ask(page, "GET", f"{start}runs")
    runs = json.loads(text)
    assert [run["about"].split(",")[1].strip() for run in runs] == ["by hand", "PyTorch"]
    assert len(runs[0]["weights"]) == 50
    assert len(runs[0]["weights"][0]) == 64
    digit(0).save(tmp_path / "zero.png")
    status, text = ask(page, "POST", f"{start}classify", (tmp_path / "zero.png").read_bytes())
    one, other = json.loads(text)
    assert status == 200
    assert sum(one["outputs"]) == pytest.approx(1, abs=1e-4)
    assert one["outputs"] == pytest.approx(other["outputs"], abs=1e-3)
    assert [layer["name"] for layer in one["layers"]] == runs[0]["layers"]
    assert [layer["name"].partition(",")[2] for layer in one["layers"]] == [" 50", " 50", " 50", " 50", " 10"]
    assert one["seen"]["height"] == one["seen"]["width"] == 8
    assert ask(page, "POST", f"{start}classify", PNG)[0] == 400


def test_a_fault_that_nobody_foresaw_is_answered(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(classifier.tempfile, "NamedTemporaryFile", full)
    for body in (PNG, b""):
        status, text = ask(page, "POST", f"/{page.token}/classify", body)
        assert (status, text) == (500, b"No space left on device; free space, or choose another place.")


def test_a_run_that_is_not_on_images_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twinprop.train("data=moons", "train.epochs=1", "model.backend=scratch", f"hydra.run.dir={tmp_path}/moons")
    assert main(["draw", str(tmp_path / "moons")]) == 1
    assert "not on images" in capsys.readouterr().err


def stroke(browser: Any, points: list[tuple[float, float]]) -> None:
    """Draw a line with the mouse, from the middle of the paper."""
    from selenium.webdriver.common.action_chains import ActionChains

    paper = browser.find_element("id", "paper")
    actions = ActionChains(browser, duration=5)
    actions.move_to_element_with_offset(paper, *map(int, points[0])).click_and_hold()
    for point in points[1:]:
        actions.move_to_element_with_offset(paper, *map(int, point))
    actions.release().perform()


def answers(browser: Any) -> list[str]:
    """What the page says, once it says the same for a while."""
    before, since = None, time.monotonic()
    for _ in range(300):
        now = browser.execute_script("return document.body.dataset.answers")
        if now != before:
            before, since = now, time.monotonic()
        if now and time.monotonic() - since > 1:
            return str(now).split("|")
        time.sleep(0.1)
    raise AssertionError(browser.find_element("tag name", "body").text)


@pytest.mark.slow
def test_a_digit_is_drawn_in_a_browser(tmp_path: Path) -> None:
    for backend in ("scratch", "torch"):
        trained(tmp_path, backend, "train.epochs=20")
    circle = [(70 * math.sin(each / 5), -95 * math.cos(each / 5)) for each in range(33)]
    line = [(0, each) for each in range(-100, 101, 20)]
    with serving(tmp_path, "draw", "scratch", "torch") as address, chromium() as browser:
        browser.get(address)
        for _ in range(100):
            if browser.execute_script("return document.body.dataset.ready") == "2":
                break
            time.sleep(0.1)
        stroke(browser, circle)
        assert answers(browser) == ["0", "0"]
        assert browser.find_element("css selector", ".answer").text == "0"
        browser.find_element("id", "clear").click()
        assert browser.find_element("css selector", ".answer").text == ""
        stroke(browser, line)
        one, other = answers(browser)
        assert one == other != "0"
        for width in (360, 800, 1300):
            browser.set_window_size(width, 900)
            assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
