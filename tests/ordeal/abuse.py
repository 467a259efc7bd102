"""Mass registration, advertisements and supports by one machine, each layer off and on."""

from tests import abuse


def main(arguments: list[str]) -> None:
    """`--tries 600`: how many times each attack is tried."""
    tries = int(arguments[arguments.index("--tries") + 1]) if "--tries" in arguments else 600
    abuse.main(tries)
