"""A page in headless Chromium, and the servers that it looks at."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


@contextmanager
def chromium(width: int = 1300, height: int = 1000) -> Iterator[Any]:
    """A browser; the test is skipped where there is none."""
    programs = shutil.which("chromium"), shutil.which("chromedriver")
    if not all(programs):
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.binary_location = str(programs[0])
    driver = webdriver.Chrome(options=options, service=Service(str(programs[1])))
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def serving(folder: Path, *words: str, address: str = r"http://127\.0\.0\.1:\d+/\S*") -> Iterator[str]:
    """The address that a command of twinprop prints, while it serves."""
    command = [sys.executable, "-u", "-m", "twinprop", *words]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    told = ""
    try:
        for line in server.stdout:
            told += line
            if found := re.search(address, line):
                yield found[0]
                break
        else:
            raise AssertionError(told)
    finally:
        server.terminate()
        server.communicate()
