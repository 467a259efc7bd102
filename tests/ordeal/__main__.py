"""Long trials, each on both engines: `make ordeal`, or `python -m tests.ordeal kill --kills 50`.

Every module of this folder that has a `main(arguments)` is a trial; it prints its own figures and
raises when a promise broke.
"""

import sys
from importlib import import_module
from pathlib import Path

TRIALS = sorted(
    file.stem
    for file in Path(__file__).parent.glob("*.py")
    if not file.stem.startswith(("_", "test_")) and "\ndef main(" in file.read_text()
)


if __name__ == "__main__":
    asked = [name for name in sys.argv[1:2] if name in TRIALS] or TRIALS
    for name in asked:
        import_module(f"tests.ordeal.{name}").main(sys.argv[2:] if len(sys.argv) > 2 else [])
