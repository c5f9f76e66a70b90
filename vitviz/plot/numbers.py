"""Numbers as text, with a true minus sign."""

from __future__ import annotations

MINUS = "\u2212"


def fixed(value: float, digits: int = 6) -> str:
    """So many digits behind the point, so that numbers that are added up line up: ``-0.012346``."""
    return _minus(f"{value:.{digits}f}")


def short(value: float) -> str:
    """Four significant digits, as the browser parts write them; powers of ten below 0.001 and from 100,000 on."""
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e5):
        return _minus(f"{value:.3e}")
    return _minus(f"{value:#.4g}".rstrip("."))


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
