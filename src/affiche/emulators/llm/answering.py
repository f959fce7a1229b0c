"""What is answered: by rule, or spoilt as planned."""

import asyncio
import re
from typing import Any, Final

from affiche.emulators.llm.faults import Kind
from affiche.emulators.llm.questions import Question
from affiche.emulators.llm.seeing import Seen, seen
from affiche.emulators.llm.translator import translated

_TAGGED: Final = re.compile(r"<(prompt[\w-]*)>\n?(.*?)\n?</\1>", re.DOTALL)
_WORDS: Final = "a very long description of everything that can be seen in the picture and of more"


async def answered(question: Question, fault: Kind | None, number: int) -> dict[str, Any]:
    """The page of an answer."""
    if fault == "error":
        return {"error": {"code": 502, "message": "Provider returned error"}}
    text = "" if fault == "empty" else await _text(question)
    text, refusal = _spoilt(text, question, fault)
    end = "content_filter" if refusal else "stop"
    words = text.split(" ")
    if fault == "cut" or (question.most_tokens and tokens(text) > question.most_tokens):
        kept = len(words) // 2 if fault == "cut" else question.most_tokens or 0
        text, end = " ".join(words[:kept]), "length"
    message = {"role": "assistant", "content": text or None, "refusal": refusal}
    asked = question.size // 4 + 85 * len(question.urls) + 4
    told = tokens(text)
    usage = {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": question.model,
        "choices": [{"index": 0, "message": message, "finish_reason": end, "logprobs": None}],
        "usage": usage,
    }


def tokens(text: str) -> int:
    """About as many as a real one would count."""
    return sum(max(1, len(word.encode()) // 4) for word in text.split())


async def _text(question: Question) -> str:
    match question.kind:
        case "translation":
            tagged = _TAGGED.findall(question.text)
            return translated(tagged[-1][1] if tagged else question.text)
        case "title":
            return (await _look(question)).title
        case "caption":
            look = await _look(question)
            if re.search(r"\bEN:.*\bKO:", question.instruction, re.DOTALL):
                return f"EN: {look.caption}\nKO: {look.korean}"
            wants_korean = re.search(r"한국어|\bKorean\b", question.instruction)
            return look.korean if wants_korean else look.caption
    return "I translate, and I look at pictures."


async def _look(question: Question) -> Seen:
    return await asyncio.to_thread(seen, question.pictures[0])


def _spoilt(text: str, question: Question, fault: Kind | None) -> tuple[str, str | None]:
    match fault:
        case "long":
            return " ".join([_WORDS] * (3000 // len(_WORDS.split()) + 1)), None
        case "instruct":
            return (
                "To get the best result, please follow these steps:\n1. Open your editor.\n"
                "2. Paste the prompt.\n3. Press the button.\n\nLet me know if you need more help!"
            ), None
        case "chatter":
            return f"Sure! Here is the translation:\n\n{text}", None
        case "echo":
            return question.text, None
        case "decline":
            return "", "I'm sorry, I can't help with that."
        case "forget":
            return re.sub(r"\[\[\d+\]\]", "", text), None
    return text, None
