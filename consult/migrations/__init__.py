"""The tables, step by step: each file in `versions` takes them from one shape to the next."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

HERE = Path(__file__).parent


def settings() -> Config:
    """What Alembic's own commands want to know; they run in a context of the application."""
    config = Config(HERE / "alembic.ini")
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config


def upgrade() -> None:
    """Bring the tables to what this version of the site needs."""
    command.upgrade(settings(), "head")


def newest() -> str | None:
    """The name of the shape this version of the site needs."""
    return ScriptDirectory.from_config(settings()).get_current_head()
