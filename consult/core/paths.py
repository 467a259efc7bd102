"""Where the files that travel with the code are, in a checkout or in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def data_path(name: str) -> Path:
    """The folder `templates` or `translations`: beside the package, else inside the wheel."""
    beside = PACKAGE.parent / name
    return beside if (PACKAGE.parent / "pyproject.toml").exists() else PACKAGE / "data" / name
