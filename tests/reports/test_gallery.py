"""The pictures in docs/figures are those the code draws."""

from benchmarks import figures


def test_the_gallery_is_what_the_code_draws() -> None:
    pictures = figures.draw_all()
    assert {name: (figures.FOLDER / name).read_bytes() for name in pictures} == pictures
