"""The office's colour and logo: kept when they can be read and carried, refused with a reason else."""

import io
import time
import zlib

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from survey.fieldwork import logo
from tests.conftest import csrf_in


def keep(client: FlaskClient, **fields: object) -> tuple[int, str]:
    data = {"csrf_token": csrf_in(client.get("/office/appearance").text), **fields}
    answer = client.post("/office/appearance?lang=en", data=data, content_type="multipart/form-data")
    return answer.status_code, answer.text


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def emblem() -> bytes:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (50, 50, 350, 250))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_colour_and_logo_are_on_every_page_a_citizen_sees(
    administrator: FlaskClient, demo_app: Flask
) -> None:
    citizen = demo_app.test_client()
    assert "data:image/png" not in citizen.get("/s/demo").text
    assert keep(administrator, accent="#7A1F1F", logo=(io.BytesIO(emblem()), "logo.png"))[0] == 303
    for path in ("/s/demo", "/receipt", "/nowhere", "/"):
        page = citizen.get(path).text
        assert "--action:#7a1f1f" in page, path
        assert "data:image/png;base64," in page, path
    assert keep(administrator, accent="", without_logo="on")[0] == 303
    assert "data:image/png" not in citizen.get("/s/demo").text
    assert "#7a1f1f" not in citizen.get("/s/demo").text


def test_a_pale_colour_is_refused_and_a_darker_one_offered(administrator: FlaskClient) -> None:
    status, page = keep(administrator, accent="#ffcc00")
    assert status == 422
    assert "7 to 1 is needed. Try #6b5600." in page


@pytest.mark.parametrize("accent", ["red", "#12", "</style><script>", "#12345g"])
def test_what_is_no_colour_is_refused(administrator: FlaskClient, accent: str) -> None:
    status, page = keep(administrator, accent=accent)
    assert status == 422
    assert "is not a colour" in page
    assert "<script>" not in page.partition("<main")[2]


@pytest.mark.parametrize(
    "content",
    [
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        emblem()[:200],
        b"GIF89a" + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 60,
    ],
    ids=["text", "svg", "cut-off", "gif", "broken"],
)
def test_what_is_no_picture_is_refused(administrator: FlaskClient, content: bytes) -> None:
    status, page = keep(administrator, logo=(io.BytesIO(content), "logo.png"))
    assert status == 422
    assert "not a readable picture" in page


def test_an_empty_file_is_said_to_be_empty(administrator: FlaskClient) -> None:
    status, page = keep(administrator, logo=(io.BytesIO(b""), "logo.png"))
    assert (status, "The file is empty: choose another one" in page) == (422, True)


PICTURES = [emblem(), picture(30, 900), picture(90, 90), picture(300, 200, "JPEG")]


@pytest.mark.parametrize("content", PICTURES, ids=len)
def test_any_picture_becomes_small_enough_to_travel(content: bytes) -> None:
    small = logo.small_png(content)
    assert len(small) <= logo.MAX_BYTES
    assert Image.open(io.BytesIO(small)).format == "PNG"


def test_a_picture_of_a_billion_pixels_is_not_opened() -> None:
    head = bytearray(emblem())
    head[16:24] = (40_000).to_bytes(4, "big") * 2
    head[29:33] = zlib.crc32(bytes(head[12:29])).to_bytes(4, "big")
    with pytest.raises(logo.LogoError) as refused:
        logo.small_png(bytes(head))
    assert refused.value.problem in (logo.LogoProblem.TOO_LARGE, logo.LogoProblem.NO_PICTURE)


@pytest.mark.parametrize("size", [(1, 25_000_000), (4001, 1), (3500, 3500)])
def test_a_picture_that_is_too_long_on_one_side_is_not_decoded(size: tuple[int, int]) -> None:
    file = io.BytesIO()
    Image.new("L", size).save(file, "PNG")
    begun = time.perf_counter()
    with pytest.raises(logo.LogoError) as refused:
        logo.small_png(file.getvalue())
    assert refused.value.problem is logo.LogoProblem.TOO_LARGE
    assert time.perf_counter() - begun < 20


def test_a_jpeg_that_draws_its_pixels_thousands_of_times_is_not_decoded() -> None:
    file = io.BytesIO()
    Image.new("L", (4000, 3000)).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    scans = content[content.rindex(b"\xff\xda") : -2]
    assert len(scans) < 2000
    begun = time.perf_counter()
    with pytest.raises(logo.LogoError):
        logo.small_png(content[:-2] + scans * (200_000 // len(scans)) + content[-2:])
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize(("mode", "name"), [("RGBA", "PNG"), ("RGB", "JPEG"), ("RGB", "WEBP")])
def test_the_largest_picture_that_is_taken_is_read_at_once(mode: str, name: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (4000, 3000)).save(file, name, method=0)
    begun = time.perf_counter()
    assert logo.small_png(file.getvalue())
    assert time.perf_counter() - begun < 20
