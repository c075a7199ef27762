"""A phone's camera that sees whatever picture a test holds before it.

Chromium's fake camera plays a Y4M file in a loop and keeps it open, so a picture of the same size that is written over
the one in the file is what the running browser sees next.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image

SIZE = (640, 640)
GREY = b"\x80"
HEADER = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F30:1 Ip A1:1 C420jpeg\nFRAME\n".encode("ascii")


class Camera:
    """A file that Chromium takes for a camera, one picture long."""

    def __init__(self, path: Path) -> None:
        """Make the file; the camera sees grey."""
        self.path = path
        path.write_bytes(HEADER + _planes(Image.new("L", SIZE, 128)))

    @property
    def launch_args(self) -> list[str]:
        """Return what a browser must be started with to have this camera and no question about it."""
        return [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={self.path}",
        ]

    def see(self, png: bytes) -> None:
        """Hold a picture (PNG) before the camera, in the middle of a grey wall."""
        wall = Image.new("L", SIZE, 128)
        picture = Image.open(BytesIO(png)).convert("L")
        picture.thumbnail((520, 520))
        wall.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
        self._write(wall)

    def see_nothing(self) -> None:
        """Hold nothing before the camera."""
        self._write(Image.new("L", SIZE, 128))

    def _write(self, image: Image.Image) -> None:
        with self.path.open("r+b") as film:  # never truncated: the browser is reading it
            film.seek(len(HEADER))
            film.write(_planes(image))


def _planes(image: Image.Image) -> bytes:
    """Return a grey picture as Y, U and V planes (4:2:0)."""
    return image.tobytes() + GREY * (SIZE[0] * SIZE[1] // 2)
