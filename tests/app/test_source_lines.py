"""Source with shapes beside it."""

from vitviz.app.source_lines import source


def test_code_and_shapes_have_the_same_number_of_lines_and_are_escaped() -> None:
    html = source([("def f(x: Tensor) -> Tensor:", None), ("    x = x < 3", (2, 3))], ("module", "shape"))
    code, shapes = html.split("</style>")[1].split("</pre>")[:2]
    assert code.count("\n") == shapes.count("\n") == 2
    assert "-&gt;" in code
    assert "&lt; 3" in code
    assert shapes.splitlines()[2] == "(2, 3)"
