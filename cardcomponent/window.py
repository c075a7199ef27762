"""The question in a window of its own: `python -m cardcomponent.window ORIGIN LANGUAGE`; status 0 is a yes."""

import sys
import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import Final

from cardcomponent.words import ALLOW, DENY, EXPLANATION, QUESTION, TITLE, told

WIDTH: Final = 540  # pixels of a line of text
DEAF_MILLISECONDS: Final = 700  # a click or key meant for the page behind must not answer a window that just came up
MARGIN: Final = 20


def main(arguments: Sequence[str]) -> int:
    """Show the question over all other windows; return 0 where the person pressed Allow, and 1 for every other end."""
    origin, language = arguments
    answers: list[int] = []
    root = tk.Tk()

    def answer(status: int) -> Callable[..., None]:
        def end(_event: object = None) -> None:
            answers.append(status)
            root.destroy()

        return end

    _lay_out(root, origin, language, allow=answer(0), deny=answer(1))
    root.eval("tk::PlaceWindow . center")
    root.mainloop()
    return answers[0] if answers else 1


def _lay_out(root: tk.Tk, origin: str, language: str, *, allow: Callable[..., None], deny: Callable[..., None]) -> None:
    root.title(told(TITLE, language))
    root.wm_attributes("-topmost", 1)
    root.resizable(width=False, height=False)
    frame = ttk.Frame(root, padding=MARGIN)
    frame.grid()
    for row, (text, font) in enumerate(
        [
            (told(QUESTION, language), "TkDefaultFont"),
            (origin, "TkHeadingFont"),
            (told(EXPLANATION, language), "TkSmallCaptionFont"),
        ]
    ):
        label = ttk.Label(frame, text=text, font=font, wraplength=WIDTH, justify="left")
        label.grid(row=row, column=0, columnspan=2, sticky="w", pady=(0, MARGIN // 2))
    yes = ttk.Button(frame, text=told(ALLOW, language), command=allow, state="disabled")
    no = ttk.Button(frame, text=told(DENY, language), command=deny)
    yes.grid(row=3, column=0, sticky="ew", padx=(0, MARGIN // 2))
    no.grid(row=3, column=1, sticky="ew")
    no.focus_set()
    root.bind("<Escape>", deny)
    root.after(DEAF_MILLISECONDS, lambda: yes.configure(state="normal"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
