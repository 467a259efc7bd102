"""Papers of the demonstration: one page of plain words that a reader of PDF can open and copy."""

import textwrap

LINE, LEFT, TOP = 84, 64, 770


def paper(title: str, paragraphs: list[str]) -> bytes:
    """A PDF of one page: a title, then paragraphs."""
    said = [b"BT", b"/F2 18 Tf", f"{LEFT} {TOP} Td".encode(), b"22 TL"]
    for line in textwrap.wrap(title, 52):
        said += [_shown(line), b"T*"]
    said += [b"/F1 11 Tf", b"16 TL", b"T*"]
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, LINE):
            said += [_shown(line), b"T*"]
        said.append(b"T*")
    said.append(b"ET")
    content = b"\n".join(said)
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R"
        b" /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>"
    )
    return _bound(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (fr) >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page,
            font % b"Helvetica",
            font % b"Helvetica-Bold",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    )


def _shown(line: str) -> bytes:
    """One line of text, in the letters every reader of PDF has."""
    letters = line.replace("\u202f", "\xa0").encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        letters = letters.replace(special, b"\\" + special)
    return b"(" + letters + b") Tj"


def _bound(things: list[bytes]) -> bytes:
    """The numbered objects one after the other, and the table that says where each begins."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, thing in enumerate(things, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(things) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(things) + 1,
        table,
    )
    return bytes(out)
