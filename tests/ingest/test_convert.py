"""HTML, PDF and Word pages arrive as Markdown; what cannot be read says why. PDFs and DOCX are made here."""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from ingest.convert import convert_docx, convert_html, convert_pdf
from ingest.errors import UnreadableArticle

PAGES = Path(__file__).parent / "pages"

PUMP_CONTENT = (
    "needs one part of electricity for three to four parts of heat.",
    "decides what the machine costs and how loud it is.",
    "## What an air heat pump does",
    "on frosty days it has to thaw its coil now and then.",
    "before work starts:\n\n- a drilling permit from the water authority\n- a map of buried cables\n- the",
    "| Cost | about 12,000 euros | about 25,000 euros |",
    "| Yearly performance | 3.1 | 4.3 |",
    "ground pays for itself within fifteen years.",
)
PUMP_JUNK = (
    "cookies",
    "Privacy Policy",
    "Free Courses",
    "Log in",
    "Boilers",
    "tracking beacon",
    "color: red",
    "Warmhouse archive",
    "Ten stoves compared",
    "Related articles",
    "Shares",
    "Tweet",
    "newsletter",
    "Leave a Reply",
    "email address",
    "Terms and Conditions",
    "rights reserved",
    "schema.org",
)


def pump_page() -> bytes:
    return (PAGES / "heat-pumps.html").read_bytes()


def test_an_html_page_keeps_its_article() -> None:
    text = convert_html(pump_page()).text
    for phrase in PUMP_CONTENT:
        assert phrase in text


def test_an_html_page_loses_its_frame() -> None:
    text = convert_html(pump_page()).text
    assert [phrase for phrase in PUMP_JUNK if phrase.lower() in text.lower()] == []


def test_an_html_page_states_its_title_publisher_address_and_date() -> None:
    page = convert_html(pump_page())
    assert page.title == "Air or ground heat pumps?"
    assert page.publisher == "Warmhouse Weekly"
    assert page.url == "https://warmhouse.example/air-or-ground"
    assert page.published == "2022-11-05"


def test_what_an_html_page_does_not_state_is_not_guessed() -> None:
    paragraph = "<p>The mill was written about on 3 May 2019 by www.mills.example, as its keeper tells visitors.</p>"
    page = convert_html(f"<html><body><h1>The mill</h1>{paragraph * 1}</body></html>".encode())
    assert page.title == "The mill"
    assert page.publisher is page.url is page.published is None


def test_broken_json_in_a_page_is_passed_over() -> None:
    data = pump_page().replace(b'{"@context"', b'{"@context')
    assert convert_html(data).publisher == "Warmhouse Weekly"


@pytest.mark.parametrize("data", [b"", b"   ", b"\x00\x01\x02\xff", b"<html><body><nav>Menu</nav></body></html>"])
def test_html_without_an_article_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableArticle):
        convert_html(data)


# A PDF is written by hand here: five objects and a table of where they start.
def write_pdf(path: Path, pages: list[list[str]], trailer: bytes = b"") -> Path:
    streams = [_page_stream(lines) for lines in pages]
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, stream in enumerate(streams):
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects += [page.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)]
    body, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    path.write_bytes(body + end % (size, table, size, trailer, len(body)))
    return path


def _page_stream(lines: list[str]) -> bytes:
    """Set lines in 11 points, 14 apart; an empty line leaves a gap."""
    shown = [f"({line}) Tj 0 -14 Td" if line else "0 -14 Td" for line in lines]
    return ("BT /F1 11 Tf 60 780 Td " + "\n".join(shown) + " ET").encode("latin-1")


PDF_PAGES = [
    [
        "Keeping bees on a roof",
        "",
        "A roof hive stands out of the reach of dogs and children, and the bees",
        "fly off above the heads of people in the street. A colony needs water",
        "nearby, so keepers set out a shallow basin.",
        "",
        "What a keeper needs",
        "",
        "A keeper needs a veil, a smoker and a hive tool. Honey is har-",
        "vested twice, in June and in August.",
        "",
        "1",
    ],
    [
        "Winter",
        "",
        "In winter the colony holds a ball around its queen and lives on fifteen",
        "kilograms of honey.",
        "",
        "2",
    ],
]


def test_a_pdf_becomes_paragraphs_and_headings(tmp_path: Path) -> None:
    page = convert_pdf(write_pdf(tmp_path / "bees.pdf", PDF_PAGES))
    assert page.title == "Keeping bees on a roof"
    assert "dogs and children, and the bees fly off above the heads of people" in page.text
    assert "Honey is harvested twice, in June and in August." in page.text
    assert "\n## Winter\n" in page.text
    assert "lives on fifteen kilograms of honey." in page.text
    assert not any(line.strip() in {"1", "2"} for line in page.text.splitlines())


def test_a_pdf_without_text_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="no text; it may be a scan"):
        convert_pdf(write_pdf(tmp_path / "scan.pdf", [[]]))


def test_an_encrypted_pdf_says_so(tmp_path: Path) -> None:
    key = b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
        b"41" * 32,
        b"42" * 32,
    )
    path = write_pdf(tmp_path / "locked.pdf", PDF_PAGES, trailer=key)
    with pytest.raises(UnreadableArticle, match="the PDF is encrypted") as caught:
        convert_pdf(path)
    assert "locked" not in str(caught.value)


@pytest.mark.parametrize("data", [b"%PDF-1.4\ngarbage", b"no pdf at all, only a sentence", zlib.compress(b"x" * 999)])
def test_a_damaged_pdf_is_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(data)
    with pytest.raises(UnreadableArticle, match="PDF") as caught:
        convert_pdf(path)
    assert "broken" not in str(caught.value)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_docx(path: Path, body: str) -> Path:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        f'PartName="/word/document.xml" ContentType="{main}"/><Override PartName="/word/styles.xml" '
        f'ContentType="{main.replace("document.main", "styles")}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, XML + content)
    return path


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    made = "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{made}</w:tbl>"


def test_a_word_document_keeps_headings_and_tables(tmp_path: Path) -> None:
    body = (
        paragraph("Clay or plastic pots", "Heading1")
        + paragraph("Clay breathes, and so its soil dries sooner than soil in plastic does.")
        + paragraph("Weight and price", "Heading2")
        + paragraph("A clay pot weighs five times as much as a plastic one.")
        + table(("Aspect", "Clay", "Plastic"), ("Price", "4 euros", "1 euro"), ("Frost", "cracks", "holds"))
    )
    page = convert_docx(write_docx(tmp_path / "pots.docx", body))
    assert page.title == "Clay or plastic pots"
    assert "its soil dries sooner than soil in plastic does." in page.text
    assert "## Weight and price" in page.text
    assert "| Frost | cracks | holds |" in page.text


def test_an_empty_word_document_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="holds no text"):
        convert_docx(write_docx(tmp_path / "empty.docx", paragraph("")))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "encrypted"),
        (b"only a sentence", "not a Word document"),
        (b"PK\x05\x06" + b"\x00" * 18, "damaged"),
    ],
)
def test_a_damaged_word_document_is_unreadable(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "broken.docx"
    path.write_bytes(data)
    with pytest.raises(UnreadableArticle, match=reason) as caught:
        convert_docx(path)
    assert "broken" not in str(caught.value)


def test_the_converters_load_their_libraries_only_when_used() -> None:
    heavy = ("trafilatura", "markitdown", "pdfminer")
    code = f"import sys, ingest.convert; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
