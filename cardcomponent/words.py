"""What the person reads on their own screen, in both languages."""

from typing import Final

from cardcomponent.refusals import Words

TITLE: Final = Words("Card component", "讀卡元件")
QUESTION: Final = Words(
    "May this web site use the card in your reader to prove who you are?",
    "是否允許此網站使用讀卡機中的卡片來證明您的身分？",
)
EXPLANATION: Final = Words(
    "Allow it only if you have just opened this site yourself. Your answer is remembered.",
    "請只在您剛剛自行開啟此網站時允許。您的選擇會被記住。",
)
ALLOW: Final = Words("Allow", "允許")
DENY: Final = Words("Do not allow", "不允許")


def told(words: Words, language: str) -> str:
    """Return the sentence in a language: English for `en`, else Chinese."""
    return words.en if language == "en" else words.zh
