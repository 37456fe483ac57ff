"""Small documents that say `inside<kind>` and `photosynthesis`, and some that are broken or made to harm.

    python3 tests/e2e/documents.py FOLDER
"""
import pathlib
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def zipped(name, entries, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(folder / name, "w", compression) as out:
        for entry, content in entries:
            out.writestr(entry, content)


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
O = "urn:oasis:names:tc:opendocument:xmlns:"


def docx(name, before=""):
    zipped(name, [("[Content_Types].xml", "<Types/>"), ("word/document.xml",
        f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{before}<w:p><w:r><w:t>All about photo</w:t></w:r>'
        f'<w:r><w:rPr><w:b/></w:rPr><w:t>synthesis</w:t></w:r></w:p><w:p><w:r><w:instrText>hiddenfield</w:instrText></w:r>'
        f'<w:r><w:t>insidedocx</w:t></w:r></w:p></w:body></w:document>')])


def pdf(name, words):
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
               b" /Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    (folder / name).write_bytes(out)


(folder / "lesson.txt").write_text("Photosynthesis, insidetxt.\n", encoding="utf-8")
(folder / "lesson.md").write_text("# Photosynthesis\n\n*insidemd*\n", encoding="utf-8")
(folder / "lesson.html").write_text(
    "<html><head><title>A page</title><script>secretscript</script></head><body><p>Photo<b>synthesis</b>"
    "<p>inside<i>html<br>&eacute;cole", encoding="utf-8")
pdf("lesson.pdf", "Photosynthesis insidepdf")
docx("lesson.docx")
zipped("lesson.odt", [("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml",
    f'<?xml version="1.0"?><office:document-content xmlns:office="{O}office:1.0" xmlns:text="{O}text:1.0"><office:body>'
    '<office:text><text:p>Photosynthesis<text:s/>and</text:p><text:p>insideodt</text:p></office:text></office:body>'
    '</office:document-content>')])
zipped("lesson.pptx", [("ppt/slides/slide1.xml",
    f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><a:p><a:r><a:t>Photosynthesis</a:t></a:r></a:p><a:p><a:r><a:t>insidepptx</a:t>'
    '</a:r></a:p></p:sld>')])

# Cut short, changed in one place, nested without end, defined by itself a billion times, and 200 MB of zeros in 200 KB.
for kind in ("docx", "pdf", "odt", "html"):
    whole = (folder / f"lesson.{kind}").read_bytes()
    (folder / f"bad-cut.{kind}").write_bytes(whole[:len(whole) * 2 // 3])
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0x55
    (folder / f"bad-flipped.{kind}").write_bytes(flipped)
docx("bad-deep.docx", "<w:p>" * 100_000)
laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
zipped("bad-laughs.odt", [("content.xml", f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l9;</x>')])
zipped("bad-bomb.docx", [("word/document.xml", f'<w:document xmlns:w="{W}"><w:t>' + " " * 200_000_000)])
(folder / "bad-deep.html").write_text("<div>" * 200_000, encoding="utf-8")
(folder / "bad-none.pdf").write_bytes(b"%PDF-1.7\n")
(folder / "bad-none.docx").write_bytes(b"")
