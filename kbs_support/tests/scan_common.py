from io import BytesIO

from PIL import Image

PDF = b"%PDF-1.4\nsigned and stamped\n%%EOF\n"


def picture(kind, size=(40, 30)):
    """A small picture, as a telephone makes it."""
    content = BytesIO()
    Image.new("RGB", size, "white").save(content, kind)
    return content.getvalue()


# By what they are, whatever they are called: these are taken,
TAKEN = {
    "pdf": ("Акт підписаний.pdf", PDF),
    "jpg": ("photo.jpeg", picture("JPEG")),
    "png": ("scan", picture("PNG")),
    "a picture that calls itself a page": ("x.html", picture("PNG")),
}
# and these are not.
REFUSED = {
    "html": ("act.pdf", b"<html><script>alert(1)</script></html>"),
    "svg": ("act.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    "gif": ("act.png", picture("GIF")),
    "half a pdf": ("act.pdf", PDF.replace(b"%%EOF", b"")),
    "page with a pdf in it": ("act.pdf", b"<html>" + PDF),
    "broken picture": ("act.png", picture("PNG")[:40]),
    "program": ("act.exe", b"MZ\x90\x00"),
    "nothing": ("act.pdf", b""),
    "words": ("act.pdf", "Підписано".encode()),
}
