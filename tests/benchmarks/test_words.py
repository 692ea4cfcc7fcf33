"""The words of docs/reproduction.md: each place is filled, and each claim is checked against the figures."""

import re
from pathlib import Path

import pytest
from tests.benchmarks import documented

TEXT = (Path(__file__).parents[2] / "docs" / "reproduction.md").read_text(encoding="utf-8")
SYSTEMS = (
    "kece470",
    "kece470_pixels",
    "hw4",
    "hw11",
    "hw11_weights",
    "hw5",
    "cs324_toys",
    "cs324_cifar_mlp",
    "cs324_cifar_cnn",
    "cs324_batch_norm",
    "cs324_palindrome",
    "beyond_mnist",
    "beyond_cifar",
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Runs with the figures of the page."""
    folder = tmp_path_factory.mktemp("documented")
    documented.write(folder, TEXT)
    return folder


@pytest.fixture
def page(reproduction, tmp_path):
    """A section with a template of our own."""
    return reproduction.Page(tmp_path / "own.md", tmp_path, tmp_path)


def words(section):
    """Without tables, numbers and line breaks."""
    lines = [line for line in section.splitlines() if not line.startswith("|")]
    return re.sub(r"\d([\d,.e-]*\d)?", "0", " ".join(lines))


def figures(section):
    """The tables, without that of a GPU."""
    return [table for table in re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE) if "GPU" not in table]


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_place_is_filled_and_each_claim_holds(reproduction, outputs, tmp_path, system):
    page = reproduction.Page(reproduction.TEMPLATES / f"{system}.md", outputs, tmp_path)
    reproduction.SYSTEMS[system](page)
    assert (
        reproduction.page.wanted(page.template.read_text(encoding="utf-8")) == page.figures.keys() | page.claims.keys()
    )
    assert page.broken == []


def test_the_page_is_what_is_written_from_its_figures(reproduce, reproduction, outputs, tmp_path):
    assert tuple(reproduction.SYSTEMS) == SYSTEMS
    assert reproduction.write(outputs, tmp_path, reproduce.typed(reproduce.steps())) == []
    text = (tmp_path / "reproduction.md").read_text(encoding="utf-8")
    assert words(text.partition("\n## ")[0]) == words(TEXT.partition("\n## ")[0])
    for ours, theirs in zip(documented.sections(text), documented.sections(TEXT), strict=True):
        assert figures(ours) == figures(theirs)
        assert words(ours) == words(theirs)


def test_a_claim_that_no_longer_holds_fails_and_is_named(reproduce, tmp_path, monkeypatch, capsys):
    row = "| highest test accuracy | 0.9781 | 0.9770 ± 0.0010 |"
    assert row in TEXT
    documented.write(tmp_path / "outputs", TEXT.replace(row, row.replace("0.9770", "0.9795")))
    monkeypatch.setattr(reproduce, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["reproduce.py", "--write", "--outputs", str(tmp_path / "outputs")])
    assert reproduce.main() == 1
    told = "at lr 1 the accuracy by hand is below the published (by hand 0.9795, published 0.9781)"
    assert f"hw4.md: does not hold: {told}\n" in capsys.readouterr().err
    text = (tmp_path / "docs" / "reproduction.md").read_text(encoding="utf-8")
    assert f"**Left out, as this does not hold:** {told}. At lr 4 the network gets to" in text
    assert "misses the published" not in text


def test_what_is_missing_breaks_no_claim(reproduction, tmp_path):
    assert reproduction.write(tmp_path / "outputs", tmp_path, {}) == []
    assert "{" not in (tmp_path / "reproduction.md").read_text(encoding="utf-8")


def test_a_paragraph_has_its_figures_and_claims_or_is_left_out(page):
    page.template.write_text(
        "Always told.\n\nIt took {seconds:.1f} s,\n  in\n  all.\nThat is fast. [claim: it is\n  fast]\n\n"
        "Never {given}.\n\n* {first} item\n* {second} item\n* {third} item [claim: it is large]\n"
    )
    page.fill(seconds=1.23, first="one", third="three")
    page.claim("it is fast", True)
    page.claim("it is large", False, size=0.123456789, of="nothing")
    wrong = "* **Left out, as this does not hold:** it is large (size 0.123457, of nothing)."
    assert page.text() == f"Always told.\n\nIt took 1.2 s, in all. That is fast.\n\n* one item\n{wrong}"
    assert page.broken == ["own.md: does not hold: it is large (size 0.123457, of nothing)"]


def test_a_claim_of_no_number_does_not_hold(page, reproduction):
    page.claim("it is more", reproduction.runs.Runs().mean(reproduction.runs.TEST) > 0)
    assert len(page.broken) == 1


def test_what_the_template_does_not_ask_for_is_an_error(page):
    page.template.write_text("It took {seconds} s.")
    page.fill(second=1)
    with pytest.raises(ValueError, match=r"own\.md: has no place for second"):
        page.text()


def test_a_paragraph_of_which_a_part_was_given_is_an_error(page):
    page.template.write_text("It took {seconds} s. [claim: it is fast]")
    page.fill(seconds=1)
    with pytest.raises(ValueError, match=r"own\.md: nothing was given for it is fast"):
        page.text()
