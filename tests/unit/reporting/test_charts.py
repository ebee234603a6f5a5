"""Charts as SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from analytics.charts import Bar, Interval, bars, forest, inline, standing

ROWS = (
    Interval(
        label="Child <house>", verdict="did better", words="Did better", estimate=5, low=2, high=8
    ),
    Interval(
        label="Other",
        verdict="cannot tell",
        words="Cannot tell",
        estimate=None,
        low=None,
        high=None,
    ),
)


def drawn(simulated: bool = True) -> str:
    return forest(ROWS, unit="points", worth_having=3.0, simulated=simulated)


def test_the_same_figures_draw_the_same_picture() -> None:
    assert drawn() == drawn()


def test_a_simulated_picture_says_so_and_a_real_one_does_not() -> None:
    assert "SIMULATED" in drawn()
    assert "SIMULATED" not in drawn(simulated=False)


def test_words_stand_beside_every_row_and_intervals_only_where_there_is_one() -> None:
    picture = drawn()
    assert "Did better" in picture
    assert "Cannot tell" in picture
    assert picture.count('stroke-width="2"') == 1


def test_a_picture_on_a_page_has_a_name_and_a_description_and_its_own_ids() -> None:
    pictures = [
        inline(drawn(), key=key, name="A & B", description="All <figures>") for key in ("a", "b")
    ]
    root = ET.fromstring(pictures[0])  # noqa: S314  # our own drawing
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "a-title a-desc"
    texts = {child.get("id"): child.text for child in root}
    assert (texts["a-title"], texts["a-desc"]) == ("A & B", "All <figures>")
    ids = [set(re.findall(r'\bid="([^"]+)"', picture)) for picture in pictures]
    assert not ids[0] & ids[1]
    assert "aria-label=" not in pictures[0]
    assert "#1d2733" not in pictures[0]


def test_a_picture_in_a_file_stands_on_white_under_its_title() -> None:
    root = ET.fromstring(standing(drawn(), title="Felt safe"))  # noqa: S314
    assert root[0].text == "Felt safe"
    assert root[1].get("fill") == "#ffffff"


def test_a_hidden_share_is_the_word_hidden() -> None:
    picture = bars([Bar(label="Opened", percent=None)], simulated=False)
    assert "hidden" in picture
