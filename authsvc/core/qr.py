"""Text in, SVG picture out."""

import io

import qrcode
from qrcode.image.svg import SvgPathImage

BORDER_MODULES = 4


def svg(text: str) -> str:
    """Draw a QR code (ISO/IEC 18004, error correction M, quiet zone of 4 modules) as an SVG document."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=BORDER_MODULES)
    code.add_data(text)
    code.make(fit=True)
    picture = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(picture)
    return picture.getvalue().decode()
