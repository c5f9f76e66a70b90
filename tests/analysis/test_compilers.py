"""The compilers of the extra ``workshop``: what happens without them, and that they do what they are asked for."""

from __future__ import annotations

import importlib
import re

import pytest

from vitviz.analysis.compilers import CompilerError, Name, compiled, installed, load
from vitviz.analysis.matmul.loops import SIGNATURE, ikj

# In the assembly of x86 and of Arm.
SEVERAL = re.compile(r"\bv?(?:mul|add|fmadd\d+)ps\b|\bf(?:mul|add|mla)\s+v\d")
FUSED = re.compile(r"\bvfmadd|\bf(?:madd|mla)\b")


@pytest.mark.parametrize("name", ["numba", "halide"])
def test_without_them_there_is_one_sentence(without_compilers: None, name: Name) -> None:
    assert not installed(name)
    with pytest.raises(CompilerError, match=f"^{name}: "):
        load(name)


def test_without_numba_nothing_is_compiled(without_compilers: None) -> None:
    with pytest.raises(CompilerError, match="numba"):
        compiled(ikj, SIGNATURE)


def test_simd_and_fused_additions_are_there_only_where_they_are_asked_for(with_numba: None) -> None:
    config = importlib.import_module("numba.core.config")
    before = config.LOOP_VECTORIZE
    for simd, fused in ((False, False), (True, False), (True, True)):
        code = "\n".join(compiled(ikj, SIGNATURE, simd=simd, fused=fused).call.inspect_asm().values())
        assert bool(SEVERAL.search(code)) == simd
        assert bool(FUSED.search(code)) <= fused
    assert config.LOOP_VECTORIZE is before


def test_a_function_is_compiled_once(with_numba: None) -> None:
    made = compiled(ikj, SIGNATURE, simd=True)
    assert made.seconds > 0
    assert compiled(ikj, SIGNATURE, simd=True) is made
    assert compiled(ikj, SIGNATURE) is not made
