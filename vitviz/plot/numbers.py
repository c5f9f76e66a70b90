"""Numbers as text, with a true minus sign."""

from __future__ import annotations

MINUS = "\u2212"


class Rounded(str):
    """A number as it is written, which still knows its ``value``: a table that is saved has all digits."""

    value: float

    def __new__(cls, text: str, value: float) -> Rounded:
        """``text``, which writes ``value``."""
        made = super().__new__(cls, text)
        made.value = float(value)
        return made


def fixed(value: float, digits: int = 6) -> Rounded:
    """So many digits behind the point, so that numbers that are added up line up: ``-0.012346``; 0 has no sign."""
    return Rounded(_minus(f"{value:z.{digits}f}"), value)


def short(value: float) -> Rounded:
    """Four significant digits, as the browser parts write them; powers of ten below 0.001 and from 100,000 on."""
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e5):
        return Rounded(_minus(f"{value:.3e}"), value)
    return Rounded(_minus(f"{value:#.4g}".rstrip(".")), value)


def percent(value: float, digits: int = 1) -> Rounded:
    """A share in per cent; its value is the share."""
    return Rounded(_minus(f"{100 * value:z.{digits}f} %"), value)


def in_formula(value: float) -> str:
    """As ``short``, for LaTeX: a power of ten is written as one, or it would read as a subtraction."""
    mantissa, _, exponent = short(value).replace(MINUS, "-").partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def in_brackets(value: float) -> str:
    """As ``in_formula``, in brackets where it is negative: what stands behind another sign."""
    return f"({in_formula(value)})" if value < 0 else in_formula(value)


def added(number: str) -> str:
    """A number as one more addend of a sum: ``+ 0.5``, or ``- 0.5`` with a true minus."""
    return f"{MINUS} {number[1:]}" if number.startswith(MINUS) else f"+ {number}"


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
