"""Given: pictures of QR codes, as somebody has them on their phone."""

from pathlib import Path

import qrcode
from PIL import Image


def save_qr(path: Path, text: str) -> Path:
    """Write a QR code into a picture file, as in a photo of a screen."""
    code = qrcode.QRCode(box_size=6)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    side = 6
    picture = Image.new("L", (len(rows) * side, len(rows) * side), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.paste(0, (x * side, y * side, (x + 1) * side, (y + 1) * side))
    photo = Image.new("L", (1200, 1600), 128)
    photo.paste(picture, (300, 500))
    photo.save(path)
    return path
