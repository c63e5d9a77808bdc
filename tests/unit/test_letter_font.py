"""Widths as the letter's font has them, and characters that it lacks."""

from __future__ import annotations

from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.formats.letter_font import SHORT, SIZE, WINDOW, missing, rough_width, width
from invite_pipeline.letters.fonts import missing_glyphs

LETTERS = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzÄÖÜäöüßABCDEFGHIJKLMNOPQRSTUVWXYZ .,-/&0123456789éłñΩЖ"), min_size=1
)


def test_narrow_letters_are_narrower_than_wide_ones() -> None:
    assert width("i" * 30) < width("n" * 30) < width("W" * 30)


def test_a_line_near_the_limit_is_measured_with_kerning() -> None:
    line = "AVAVAVAVAVAVAVAVAVAVAVAVAVAVAVAVAVAVAV"
    assert WINDOW * 0.8 < width(line) < rough_width(line)


@given(LETTERS)
def test_the_sum_of_the_advances_is_never_far_from_the_shaped_width(text: str) -> None:
    import uharfbuzz as hb

    font = hb.Font(hb.Face(files("font_source_serif_pro").joinpath("files", "SourceSerifPro-Regular.ttf").read_bytes()))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    shaped = sum(one.x_advance for one in buffer.glyph_positions) / font.face.upem * SIZE
    assert rough_width(text) * 0.75 - 1 <= shaped <= rough_width(text) * 1.05 + 1


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=SHORT))
def test_short_plain_text_fits_whatever_its_letters(text: str) -> None:
    assert width(text) <= WINDOW


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=20))
def test_what_is_missing_is_what_letters_cannot_print(text: str) -> None:
    assert sorted(set(missing(text))) == missing_glyphs(text)
