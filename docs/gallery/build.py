"""Makes the gallery from the sample pictures and the models that come with vitviz: ``python docs/gallery/build.py``.

Each work is one HTML file. Nothing in it is drawn by hand: a test makes one again and compares every number.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

import vitviz
from vitviz.samples import SAMPLES, Sample
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.of_trace import Shown, opening_state
from vitviz.web.html_file.html_file import FileOptions, html_file
from vitviz.web.html_file.index import Listed, index_page
from vitviz.web.html_file.save import named
from vitviz.web.notebook.still import still

FOLDER = Path(__file__).parent
LEAD = {
    "en": "Each picture leads to a file of its own, which needs no server. The maps on them are the ones that the files open with.",  # noqa: E501
    "zh": "每张图片对应一个单独的文件，不需要服务器。图片上叠加的是文件打开时所显示的图。",
}
TITLE = {"en": "Six things to see in attention", "zh": "注意力里值得一看的六件事"}


@dataclass(frozen=True)
class Work:
    """One file: its runs, (model, picture, edit), what of them is kept, and three sentences in both languages."""

    file: str
    title: dict[str, str]
    note: dict[str, str]
    runs: Sequence[tuple[str, str, Any]]
    heads: Any = "all"
    precision: int | None = None
    state: dict[str, Any] | None = None
    names: Sequence[str] = field(default_factory=tuple)
    values: bool = False


def heads_of(layers: Sequence[int], heads: int) -> list[tuple[int, int]]:
    """Every head of some layers."""
    return [(layer, head) for layer in layers for head in range(heads)]


WORKS = (
    Work(
        "head.html",
        {"en": "What a head looks at", "zh": "一个头在看什么"},
        {
            "en": "One patch, thirty-six heads: move over the flower and watch all of them at once. Heads of blocks 2 and 3 look mostly at patches nearby, those of the last two blocks at nearly everything alike: entropy and mean distance stand below the small maps. Nobody told them to: the model was only asked for the name of what is in the picture.",  # noqa: E501
            "zh": "一个图像块，三十六个头：在花上移动指针，同时看所有的头。blocks.2 和 blocks.3 的头大多看附近的图像块，最后两个 Block 的头几乎平均地看各处：小图下方写着熵和平均距离。没有人要求它们这样做：训练时只要求模型说出图中物体的名称。",  # noqa: E501
        },
        [("vit-tiny", "sunflower.jpg", None)],
        precision=12,
    ),
    Work(
        "weight.html",
        {"en": "One weight, opened", "zh": "打开一个权重"},
        {
            "en": "Hold a patch with a click and click another one: q, k, their product, the softmax, and what the weight carries from one patch to the other stand there with their numbers. Every number is here as torch computed it, v and the projection too. Two blocks are enough to see it; the maps of the others are empty.",  # noqa: E501
            "zh": "单击固定一个图像块，再单击另一个：q、k、它们的乘积、softmax，以及这个权重从一个图像块带到另一个的内容，都写出了数值。所有数值与 torch 算出的一致，包括 v 和投影。看懂这一点两个 Block 就够了；其余的图为空。",  # noqa: E501
        },
        [("vit-tiny", "sunflower.jpg", None)],
        heads=heads_of([4, 6], 3),
        values=True,
    ),
    Work(
        "edit.html",
        {"en": "A run without one head", "zh": "去掉一个头的运行"},
        {
            "en": "The same picture twice: on the right, head 0 of block 4 gives nothing, the head that of all looks most from the flower at the flower. Yet in blocks 5 to 8 no weight changes by more than 0.05, and the score for sunflower goes from 76.1 % to 75.7 %. What a head looks at and what the answer needs are two questions.",  # noqa: E501
            "zh": "同一张图片运行两次：右边 blocks.4 的头 0 不输出任何东西，而它是所有头中最明显地从花看向花的一个。但在 blocks.5 到 blocks.8 中，任何权重的变化都不超过 0.05，向日葵的得分从 76.1 % 变为 75.7 %。一个头看什么与答案需要什么，是两个问题。",  # noqa: E501
        },
        [("vit-tiny", "sunflower.jpg", None), ("vit-tiny", "sunflower.jpg", vitviz.zero_head(4, 0))],
        heads=heads_of(range(5, 9), 3),
        precision=12,
        state={"layer": 6, "head": 1, "token": 108, "second": {"layer": 6, "head": 1}},
        names=["sunflower", "sunflower, without head 0 of block 4"],
    ),
    Work(
        "two_pictures.html",
        {"en": "The same head, two pictures", "zh": "同一个头，两张图片"},
        {
            "en": "A head has one set of weights for all pictures; where it looks still depends on the picture. The cursor is at the same place in both. Compare the heads of block 2, which look nearby in both, with those of block 6.",  # noqa: E501
            "zh": "一个头对所有图片只有一组权重，但看向哪里仍取决于图片。两边的光标在同一位置。比较 blocks.2 的头（在两边都看附近）与 blocks.6 的头。",  # noqa: E501
        },
        [("vit-tiny", "sunflower.jpg", None), ("vit-tiny", "daisies_pink.jpg", None)],
        heads=heads_of([2, 4, 5, 6, 7], 3),
        precision=12,
    ),
    Work(
        "shift.html",
        {"en": "Windows that shift", "zh": "会移位的窗口"},
        {
            "en": "A Swin's patch looks only at its own window: the frame around it. In the next block the windows lie half a window further, so that what was apart meets. Go from block to block with Page Up and Page Down; dashed lines part what lies in one shifted window and must not meet.",  # noqa: E501
            "zh": "Swin 的图像块只看自己的窗口，即它周围的框。下一个 Block 中窗口移动半格，使原来分开的相遇。用 Page Up 和 Page Down 逐个 Block 查看；虚线隔开同在一个移位窗口中却不能相遇的部分。",  # noqa: E501
        },
        [("swin-mini", "sunflower.jpg", None)],
        heads=[(layer, head) for layer in (2, 3) for head in (0, 1)]
        + [(layer, head) for layer in (4, 5, 6, 7) for head in (0, 1)],
        precision=12,
        state={"layer": 4, "head": 0, "token": 90},
    ),
    Work(
        "sink.html",
        {"en": "Patches that many look at", "zh": "许多图像块都看的图像块"},
        {
            "en": "In head 2 of block 6 the patches (3, 4) and (6, 6) get 7 % and 5 % of all weight, where an even share is 0.5 %: two columns of the matrix, named below the small maps as sinks. Turn the direction to see who looks at them. No other head of blocks 5 to 11 has a sink on this picture.",  # noqa: E501
            "zh": "在 blocks.6 的头 2 中，图像块 (3, 4) 和 (6, 6) 得到全部权重的 7 % 和 5 %，而平均份额是 0.5 %：即矩阵中的两条竖线，小图下方称为 sink。改变方向就能看到谁在看它们。在这张图片上，blocks.5 到 blocks.11 的其他头都没有 sink。",  # noqa: E501
        },
        [("vit-tiny", "cat.jpg", None)],
        heads=heads_of([5, 6, 7], 3),
        precision=12,
        state={"layer": 6, "head": 2, "token": 1 + 14 * 8 + 7},
    ),
)


def sample(file: str) -> Sample:
    """A sample picture by its file."""
    return next(each for each in SAMPLES if each.file == file)


def traces(work: Work) -> list[Trace]:
    """The runs of a work."""
    made = [
        vitviz.trace(vitviz.load_model(model), sample(picture).path, edit)
        for model, picture, edit in work.runs
    ]
    return [each for each in made if isinstance(each, Trace)]


def text_of(work: Work) -> tuple[str, str]:
    """The file of a work, and the address of its first picture, small."""
    names = work.names or [sample(picture).title for _, picture, _ in work.runs]
    shown = named(traces(work), names)
    thanks = "; ".join(dict.fromkeys(sample(picture).credit for _, picture, _ in work.runs))
    thanks = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", thanks)
    options = FileOptions(
        work.heads, work.values, work.precision, work.state, work.title, work.note, "en", thanks
    )
    return html_file(shown, options), thumbnail(shown[0], work)


def thumbnail(shown: Shown, work: Work) -> str:
    """The address of the work's first picture, small, under the map that the file opens with."""
    state = work.state or opening_state(shown.trace)
    small = Image.open(io.BytesIO(still(shown, state))).convert("RGB")
    small.thumbnail((224, 224))
    file = io.BytesIO()
    small.save(file, format="JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def main() -> int:
    """Write every file and the index page."""
    listed = []
    for work in WORKS:
        text, picture = text_of(work)
        (FOLDER / work.file).write_text(text, encoding="utf-8")
        size = len(text.encode())
        listed.append(Listed(work.file, work.title, work.note, picture, size))
        print(f"{work.file}: {size / 2**20:.2f} MiB")
    (FOLDER / "index.html").write_text(index_page(listed, "en", TITLE, LEAD), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
