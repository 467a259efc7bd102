"""The press: sets one paper in type, in a process of its own that ends with it.

Run by its path, never imported: typst weighs 80 MB in memory, and what a web worker once loads it
keeps. It reads one job as JSON on its standard input and writes the PDF where the job says; what
typst refuses it repeats on its standard error, and ends with 1.
"""

import json
import os
import resource
import shutil
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from PIL import Image

STANDARDS: Any = ["ua-1", "a-2a"]  # read aloud by machines, and read in fifty years
SECONDS = 60
SIDE = 1500  # pixels: 150 mm at 250 to the inch
QUALITY = 80


def main() -> None:
    job = json.load(sys.stdin)
    os.nice(10)  # those who read pages come first
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        print_job(job)
    except typst.TypstError as problem:
        sys.stderr.write(str(problem))
        sys.exit(1)


def print_job(job: dict[str, Any]) -> None:
    """Set `job["data"]` by `job["template"]`, seeing no file but our templates and its pictures.

    The data comes in as a value (`sys.inputs`), never as source: no word of it is ever obeyed.
    """
    with TemporaryDirectory() as folder:
        desk = Path(folder)
        for template in Path(job["templates"]).glob("*.typ"):
            shutil.copy(template, desk)
        for name, source in job["pictures"].items():
            (desk / name).write_bytes(ready(Path(source).read_bytes(), Path(name).suffix))
        typst.compile(
            desk / f"{job['template']}.typ",
            job["output"],
            root=desk,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(job["data"])},
            pdf_standards=STANDARDS if job["output"].endswith(".pdf") else [],
            ppi=job.get("ppi"),
        )


def ready(data: bytes, suffix: str) -> bytes:
    """A picture as PDF carries it best: photographs as JPEG, drawings with holes as PNG."""
    with Image.open(BytesIO(data)) as picture:
        picture.thumbnail((SIDE, SIDE))
        out = BytesIO()
        if suffix == ".png":
            picture.convert("RGBA").save(out, "PNG", optimize=True)
        else:
            on_paper = Image.new("RGB", picture.size, "white")
            pasted = picture.convert("RGBA")
            on_paper.paste(pasted, mask=pasted)
            on_paper.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()


if __name__ == "__main__":
    main()
