"""A bare Flask application: the floor that the benchmark measures against."""

from flask import Flask

app = Flask(__name__)


@app.get("/healthz")
def hello() -> dict[str, str]:
    """Answer as little as a JSON service can."""
    return {"status": "ok"}
