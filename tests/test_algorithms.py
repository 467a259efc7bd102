"""Every order, suggestion, flag, grouping and count is declared beside its code, for all."""

import ast
import re
from collections.abc import Iterator

from consult.core.algorithms import DECLARED, by_kind
from tests.test_house import Module, found, modules

# What a function that suggests, ranks or flags is called; what a list is ordered by that is not
# its own date, number, name or place in a document.
NAMED = re.compile(r"(^|_)(alike|nearest|similar|suggest\w*|rank|flagged|bursts?|looked_at)($|_)")
WEIGHED = {"support_count", "comment_count", "shuffle", "score", "weight", "votes", "popularity"}
ORDERS = {"Order", "Sort", "Ordering"}
# Functions that only carry out what is declared elsewhere, each with where.
PART_OF = {
    "contributions.queries.nearest": "contributions.queries.alike",
    "contributions.queries._around": "contributions.queries.Order.shuffled",
    "contributions.queries._keys": "contributions.queries.Order.shuffled",
    "ballots.recount.rank": "ballots.counting.counted",
    "moderation.charter.Urgency.rank": "moderation.queries.queue",
    "contributions.views.similar": "contributions.queries.alike",
    "groups.queries.suggested": "contributions.queries.alike",
    "groups.views._alike": "contributions.queries.alike",
    "posts.signs._looked_at": "posts.signs.looked_at.alike",
    "posts.signs.noted": "posts.signs.looked_at.door",
    "posts.signs._flag_twins": "posts.signs.looked_at.alike",
    "vigilance.actions.flag": "vigilance.queries.bursts",
    "vigilance.queries.burst_flag": "vigilance.queries.bursts",
    "vigilance.queries.Hour.is_burst": "vigilance.queries.bursts",
}
# Functions that bear such a name and favour nobody, each with what it does.
NOT_ONE = {
    "followup.agenda.rank": "which Monday of its month a day is",
    "gaps.queries._rank": "the kinds of gaps in the order of the code, for the desk",
    "moderation.queries.was_flagged": "reads a flag, raises none",
    "portal.colour.nearest_readable": "a colour that can be read on white",
}


def functions(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Every function and class of a module by its name in the register."""
    name = module.name.removeprefix("consult.")
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield f"{name}.{node.name}", node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{name}.{node.name}.{inner.name}", inner


def is_declared(name: str) -> bool:
    return any(one == name or one.startswith(f"{name}.") for one in [*DECLARED, *PART_OF, *NOT_ONE])


def is_algorithm(node: ast.AST) -> bool:
    """Whether this suggests, ranks, flags, or orders by something that favours."""
    if not isinstance(node, ast.FunctionDef):
        return False
    if NAMED.search(node.name):
        return True
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        called = ast.unparse(call.func)
        if called == "Flag" or called.endswith("similar.rank") or "func.random" in called:
            return True
        if called.endswith("order_by"):
            words = set(re.findall(r"\w+", " ".join(ast.unparse(one) for one in call.args)))
            if words & WEIGHED:
                return True
    return False


def test_no_order_suggestion_or_flag_is_undeclared(app):
    wrong = [
        f"{one.at(node)}: {name}"
        for one in modules().values()
        if one.room and one.room != "demonstration"
        for name, node in functions(one)
        if is_algorithm(node) and not is_declared(name)
    ]
    found(
        wrong, "Declare these above their code (core/algorithms.py), or say of what they are part."
    )


def test_each_order_a_reader_may_choose_is_declared(app):
    wrong = []
    for one in modules().values():
        for name, node in functions(one):
            if isinstance(node, ast.ClassDef) and node.name in ORDERS:
                wrong += [
                    f"{one.at(line)}: {name}.{line.value.value}"
                    for line in node.body
                    if isinstance(line, ast.Assign)
                    and isinstance(line.value, ast.Constant)
                    and f"{name}.{line.value.value}" not in DECLARED
                ]
    found(wrong, "Declare each order with `part=` its value.")


def test_what_is_part_of_another_is_still_there(app):
    known = {name for one in modules().values() for name, _node in functions(one)}
    wrong = [f"{name} → {whole}" for name, whole in PART_OF.items() if whole not in DECLARED]
    found(wrong, "These are part of nothing declared.")
    found([name for name in {**PART_OF, **NOT_ONE} if name not in known], "These are no more.")


def test_the_page_says_all_of_each(client):
    page = client.get("/algorithmes").text
    words = re.sub(r"\s+", " ", page)
    for _kind, declared in by_kind():
        for one in declared:
            assert f"<code>{one.name}</code>" in words
    assert words.count("<dt>Règle</dt>") == len(DECLARED)
    assert 'href="/algorithmes"' in client.get("/").text  # from the foot of every page
