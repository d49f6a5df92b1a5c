#!/usr/bin/env python3
"""Writes the commands of the documents that are for a machine with the package into a folder, one
file NAME.sh each: page_blocks.py FOLDER"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.documents import blocks_in_the_package, documents  # noqa: E402


def main(folder):
    for page in documents(ROOT):
        for name, block in blocks_in_the_package(page, ROOT).items():
            file = pathlib.Path(folder, f"{name}.sh")
            if file.exists():
                sys.exit(f"{block.file}:{block.line}: another block has the name {name}")
            file.write_text(block.text)


main(*sys.argv[1:])
