"""What a phone's camera sees: a picture becomes the video that Chromium's fake camera plays."""

import io
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 640, 480
FRAMES = 10


def show(video: Path, picture: bytes) -> None:
    """Write a still video (YUV4MPEG2, 4:2:0) of a PNG held before the camera."""
    shot = Image.open(io.BytesIO(picture)).convert("L")
    shot.thumbnail((HEIGHT - 40, HEIGHT - 40))
    scene = Image.new("L", (WIDTH, HEIGHT), 200)
    scene.paste(shot, ((WIDTH - shot.width) // 2, (HEIGHT - shot.height) // 2))
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + scene.tobytes() + grey
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    video.write_bytes(header + frame * FRAMES)


def show_nothing(video: Path) -> None:
    """Hold a white sheet before the camera."""
    sheet = io.BytesIO()
    Image.new("L", (200, 200), 255).save(sheet, "PNG")
    show(video, sheet.getvalue())
