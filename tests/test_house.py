"""The rules of the house, kept by tests: who imports whom, what an action is, words and links."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from babel.messages.extract import extract_python
from flask import Flask

import consult
from consult.core import i18n, personal

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
ORDER = ("core", "methods", *consult.ROOMS, "demonstration")
FILES = ("models", "queries", "rules", "actions", "jobs", "forms", "views")
DOMAIN = ("models", "queries", "rules", "actions")
READ = ("queries", "rules", "papers")  # what a page may take from a later room

# Actions that ask no rule, or record nothing, each with its reason.
WITHOUT_RULE: dict[str, str] = {}
WITHOUT_RECORD: dict[str, str] = {
    "imports.hand_in": "a file is looked at, nothing of it is in; see imports.confirm",
    "imports.arrange": "a file is looked at, nothing of it is in; see imports.confirm",
    "imports.discard": "a file was looked at, nothing of it came in",
    "keys.unlock": "the journal does not keep who comes and goes",
    "keys.show_passkey": "the journal does not keep who comes and goes",
    "keys.enter_with_passkey": "the journal does not keep who comes and goes",
    "keys.warn": "a letter leaves, nothing changes",
    "people.sign_up": "nothing is true before the address answers; see people.confirm",
    "people.sign_in": "the journal does not keep who comes and goes",
    "people.sign_in_link": "the journal does not keep who comes and goes",
    "people.enter": "the journal does not keep who comes and goes",
    "people.reset": "a letter is asked for, nothing changes; see people.choose_password",
}
# Functions in journal/actions.py are the record itself.
NOT_ACTIONS = "journal"
# Addresses that take a POST and change nothing in the town's story.
POST_WITHOUT_ACTION: dict[str, str] = {
    "ballots.forget": "a browser forgets a receipt; the site never kept it",
    "people.sign_out": "ends a session; the journal does not keep who comes and goes",
}
# Addresses that only our own pages use: their names change with what they hold.
UNPROMISED = ("asset", "bootstrap.static", "static")


class Module(NamedTuple):
    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room this module stands in; nothing for what stands above all rooms."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 and (ROOT / "consult" / parts[1]).is_dir() else ""

    @property
    def file(self) -> str:
        return self.path.stem

    def at(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> dict[str, Module]:
    """Every module of the site, by its dotted name; migrations are history, not house."""
    found = {}
    for path in sorted((ROOT / "consult").rglob("*.py")):
        if "migrations" not in path.parts:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            name = name.removesuffix(".__init__")
            found[name] = Module(name, path, ast.parse(path.read_text(), str(path)))
    return found


def imports(module: Module) -> Iterator[tuple[ast.stmt, str, str, str]]:
    """What a module imports of ours: the line, the module, the name taken, the name given."""
    package = module.name if module.file == "__init__" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "consult":
                    yield node, alias.name, "", alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            if base.split(".")[0] != "consult":
                continue
            for alias in node.names:
                given = alias.asname or alias.name
                if f"{base}.{alias.name}" in modules():
                    yield node, f"{base}.{alias.name}", "", given
                else:
                    yield node, base, alias.name, given


def found(wrong: list[str], law: str) -> None:
    """Fail with the law and every place that breaks it."""
    if wrong:
        pytest.fail("\n  ".join([law, *wrong]), pytrace=False)


def of_rooms(*files: str) -> Iterator[Module]:
    return (one for one in modules().values() if one.room and one.file in files)


# Who imports whom.


def test_every_room_has_its_place_in_the_story():
    rooms = {one.room for one in modules().values() if one.room}
    found(
        sorted(rooms - set(ORDER)),
        "These packages are in no order: say where they stand, in consult.ROOMS.",
    )


def test_a_room_imports_only_rooms_before_it():
    wrong = []
    for one in modules().values():
        if not one.room:
            continue
        for node, target, _, _ in imports(one):
            other = modules().get(target)
            room = other.room if other else ""
            if not room:
                wrong.append(f"{one.at(node)}: {one.name} imports {target}, which knows every room")
                continue
            is_shown = one.file == "views" and other and other.file in READ
            if ORDER.index(room) > ORDER.index(one.room) and not is_shown:
                wrong.append(f"{one.at(node)}: {one.room} imports {target}, a later room")
    found(
        wrong,
        "A room imports only rooms before it (views may read later queries, rules and papers).",
    )


def test_a_file_imports_only_files_before_it():
    """models ← queries ← rules ← actions ← jobs ← forms ← views, also through other files."""
    wrong = []
    for one in of_rooms(*FILES):
        seen, waiting = set(), [one.name]
        while waiting:
            name = waiting.pop()
            for node, target, _, _ in imports(modules()[name]):
                other = modules().get(target)
                if other is None or other.room != one.room or target in seen:
                    continue
                seen.add(target)
                if other.file not in FILES:
                    waiting.append(target)
                elif other.name != one.name and FILES.index(other.file) >= FILES.index(one.file):
                    through = "" if name == one.name else f" through {name}"
                    wrong.append(f"{modules()[name].at(node)}: {one.name} → {target}{through}")
    found(wrong, f"Inside a room the order is {' ← '.join(FILES)}.")


def test_imports_stand_at_the_top():
    wrong = [
        f"{one.at(inner)}: in {function.name}()"
        for one in modules().values()
        for function in ast.walk(one.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    found(wrong, "No import inside a function: it hides a circle.")


def test_every_module_says_what_it_is():
    wrong = [
        str(one.path.relative_to(ROOT))
        for one in modules().values()
        if one.tree.body and not ast.get_docstring(one.tree)
    ]
    found(wrong, "A module begins with one sentence that a resident would understand.")


# What the domain leaves alone.


def test_the_domain_knows_no_request():
    """Models, queries, rules and actions run the same from a page, a job, an import."""
    page = {"request", "session", "current_user", "login_required", "flash", "redirect", "abort"}
    wrong = []
    for one in of_rooms(*DOMAIN):
        for node in ast.walk(one.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flask"):
                wrong += [
                    f"{one.at(node)}: {alias.name} from {node.module}"
                    for alias in node.names
                    if alias.name in page
                ]
            elif (
                isinstance(node, ast.Attribute)
                and node.attr in page
                and ast.unparse(node.value) in ("flask", "flask_login")
            ):
                wrong.append(f"{one.at(node)}: {ast.unparse(node)}")
        for node, target, name, _ in imports(one):
            if target == "consult.people.session":
                wrong.append(f"{one.at(node)}: {name or 'session'} from {target}")
    found(wrong, "The actor is an argument: no request, session or current_user in the domain.")


def test_the_domain_never_commits():
    wrong = []
    for one in of_rooms(*DOMAIN):
        sealing = {given for _, _, name, given in imports(one) if name in ("commit", "rollback")}
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Call) and one.name != "consult.journal.actions":
                *owner, verb = ast.unparse(node.func).split(".")
                if verb in sealing if not owner else verb == "commit" and owner != ["rules"]:
                    wrong.append(f"{one.at(node)}: {ast.unparse(node.func)}()")
    found(wrong, "The view, the job or the command commits, once; the domain never does.")


# What an action is.


class Action(NamedTuple):
    module: Module
    function: ast.FunctionDef

    @property
    def name(self) -> str:
        return f"{self.module.room}.{self.function.name}"

    @property
    def at(self) -> str:
        return self.module.at(self.function)

    @property
    def first(self) -> str:
        return next((argument.arg for argument in self.function.args.args), "")

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.function) if isinstance(node, ast.Call))

    def recorded(self) -> Iterator[tuple[str, ast.Call]]:
        """Each record this action writes, by its name."""
        for call in self.calls():
            if ast.unparse(call.func).split(".")[-1] == "record" and call.args:
                first = call.args[0]
                yield (first.value if isinstance(first, ast.Constant) else ast.unparse(first)), call


def actions() -> list[Action]:
    """What somebody does: see the first of these tests for the rest of each file."""
    return [one for one in public() if one.first == "actor"]


@cache
def public() -> list[Action]:
    """The public functions of every actions.py."""
    return [
        Action(one, node)
        for one in of_rooms("actions")
        if one.room != NOT_ACTIONS
        for node in one.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def test_an_action_says_who_acts_first():
    wrong = [f"{one.at}: {one.name}" for one in public() if one.first != "actor"]
    found(
        wrong,
        "The actor is the first argument of every action; what is no action is _private there, or"
        " stands in another file.",
    )


def test_an_action_asks_the_rule_of_its_name():
    wrong = []
    for one in actions():
        rules = {
            given
            for _, target, name, given in imports(one.module)
            if target == f"consult.{one.module.room}.rules" and not name
        }
        asked = {
            call.func.attr
            for call in one.calls()
            if isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in rules
        }
        if one.function.name not in asked and one.name not in WITHOUT_RULE:
            wrong.append(f"{one.at}: {one.name} asks {sorted(asked) or 'nothing'}")
    found(wrong, "An action asks `rules.<its own name>` (else say why in WITHOUT_RULE).")
    found(
        sorted(set(WITHOUT_RULE) - {one.name for one in actions()}),
        "WITHOUT_RULE names actions that are no more.",
    )


def test_an_action_records_under_its_own_name():
    wrong = []
    for one in actions():
        names = [name for name, _ in one.recorded()]
        if one.name not in names and one.name not in WITHOUT_RECORD:
            wrong.append(f"{one.at}: {one.name} records {names or 'nothing'}")
    found(wrong, "An action records its own name (else say why in WITHOUT_RECORD).")
    found(
        sorted(set(WITHOUT_RECORD) - {one.name for one in actions()}),
        "WITHOUT_RECORD names actions that are no more.",
    )


def test_an_action_calls_no_other_action():
    wrong = []
    for one in actions():
        own = {other.function.name for other in actions() if other.module == one.module}
        rooms, names = set(), set(own)
        for _, target, name, given in imports(one.module):
            if target.endswith(".actions") and name != "record":
                (names if name else rooms).add(given)
        for call in one.calls():
            func = call.func
            is_ours = isinstance(func, ast.Name) and func.id in names
            is_theirs = (
                isinstance(func, ast.Attribute)
                and isinstance(func.value, ast.Name)
                and func.value.id in rooms
                and func.attr != "record"
            )
            if is_ours or is_theirs:
                wrong.append(f"{one.module.at(call)}: {one.name} calls {ast.unparse(func)}")
    found(wrong, "An action calls no other action except `record`.")


def test_whoever_is_told_gets_words():
    """Every act with a `notify` has its mail, and every letter its words."""
    wrong = [
        f"{one.at(call)}: templates/mail/{kind}.txt"
        for one in modules().values()
        for call, kind in calls_to("write", one)
        if ast.unparse(call.func) == "letters.write"
        and not (TEMPLATES / "mail" / f"{kind}.txt").exists()
    ]
    wrong += [
        f"{one.module.at(call)}: templates/mail/{name}.*"
        for one in actions()
        for name, call in one.recorded()
        if any(keyword.arg == "notify" for keyword in call.keywords)
        and not list((TEMPLATES / "mail").glob(f"{name}.*"))
    ]
    found(wrong, "These mails are missing:")


# Pages.


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application without a database: only its addresses, templates and words are read."""
    try:
        return consult.create_app(
            TESTING=True,
            SECRET_KEY="only for tests",
            INSTANCE=str(tmp_path_factory.mktemp("house")),
            SQLALCHEMY_DATABASE_URI="sqlite://",
            SERVER_NAME="localhost",
        )
    except ImportError as problem:
        pytest.fail(f"the site does not start: {problem}", pytrace=False)


def test_every_post_is_an_action(site):
    known = {one.name for one in actions()}
    wrong = [
        f"{rule.rule}: {rule.endpoint}"
        for rule in site.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and rule.endpoint not in known
        and rule.endpoint not in POST_WITHOUT_ACTION
    ]
    found(sorted(wrong), "A POST is the action of its name (else say why in POST_WITHOUT_ACTION).")
    served = {rule.endpoint for rule in site.url_map.iter_rules()}
    found(
        sorted(set(POST_WITHOUT_ACTION) - served),
        "POST_WITHOUT_ACTION names endpoints that are no more.",
    )


def test_no_public_address_is_lost(site, request):
    """Links printed on paper and kept by others never break: the list only grows."""
    file = ROOT / "tests" / "addresses.txt"
    listed = set(file.read_text().splitlines()) if file.exists() else set()
    served = {
        f"{rule.rule} {rule.endpoint}"
        for rule in site.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in UNPROMISED
    }
    found(sorted(listed - served), "These addresses were promised and answer no more:")
    if request.config.option.new_addresses:
        file.write_text("".join(f"{line}\n" for line in sorted(listed | served)))
        listed |= served
    found(
        sorted(served - listed),
        f"New addresses: say that they are meant with --new-addresses, which writes {file.name}",
    )


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def test_every_template_compiles(site):
    wrong = []
    for path in templates():
        name = path.relative_to(TEMPLATES).as_posix()
        try:
            site.jinja_env.get_template(name)
        except Exception as problem:  # noqa: BLE001
            wrong.append(f"{name}: {problem!r}")
    found(wrong, "These templates do not compile:")


def calls_to(function: str, one: Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls by this name whose first argument is written out."""
    for node in ast.walk(one.tree):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).split(".")[-1] == function
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node, node.args[0].value


def test_every_link_leads_somewhere(site):
    known = {rule.endpoint for rule in site.url_map.iter_rules()}
    wrong = []
    for path in templates():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for endpoint in re.findall(r"""url_for\(\s*["']([\w.]+)["']""", line):
                if endpoint not in known:
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: {endpoint}")
    for one in modules().values():
        for node, endpoint in calls_to("url_for", one):
            full = f"{one.room}{endpoint}" if endpoint.startswith(".") else endpoint
            if full not in known:
                wrong.append(f"{one.at(node)}: {endpoint}")
    found(wrong, "These links name an endpoint that nobody serves:")


def test_every_page_has_its_template():
    wrong = [
        f"{one.at(node)}: {name}"
        for one in modules().values()
        for node, name in calls_to("render_template", one)
        if not (TEMPLATES / name).exists()
    ]
    found(wrong, "These templates are missing:")


def test_no_script_or_style_inside_a_page():
    """The content policy allows none, drawings included."""
    law = {
        r"<script(?![^>]*\bsrc=)": "a script inside the page",
        r"<style\b": "a style sheet inside the page",
        r"<[a-zA-Z][^>]*\sstyle\s*=": "a style on a tag",
        r"<[a-zA-Z][^>]*\son[a-z]+\s*=": "an event handler on a tag",
        r"""(?:href|action)\s*=\s*["']javascript:""": "a script as an address",
    }
    wrong = []
    for path in templates():
        text = re.sub(
            r"\{#.*?#\}", lambda part: "\n" * part[0].count("\n"), path.read_text(), flags=re.S
        )
        for pattern, what in law.items():
            for hit in re.finditer(pattern, text):
                line = text.count("\n", 0, hit.start()) + 1
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {what}")
    found(wrong, "Behaviour and look come from files of their own:")


# Words.


def messages(site: Flask) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Every message of the code and of the pages, with the place that says it."""
    keywords = {name: None for name in ("_", "n_", "gettext", "ngettext", "lazy_gettext")}
    for one in modules().values():
        with one.path.open("rb") as stream:
            for line, function, said, _ in extract_python(stream, keywords, [], {}):
                yield f"{one.path.relative_to(ROOT)}:{line}", _message(function, said)
    for path in templates():
        if path.suffix in (".html", ".txt", ".xml"):
            for line, function, said in site.jinja_env.extract_translations(path.read_text()):
                yield f"{path.relative_to(ROOT)}:{line}", _message(function, said)


def _message(function: str, said: Any) -> str | tuple[str, ...]:
    if function in ("ngettext", "n_") and isinstance(said, tuple):
        return said[:2]
    return said[0] if isinstance(said, tuple) else said


def test_every_word_is_said_in_french(site):
    french: dict[Any, str] = getattr(i18n.catalog("fr"), "messages", {})
    wrong, holes, asked = set(), set(), set()
    for place, message in messages(site):
        if not message or message == (None,):
            continue
        several = isinstance(message, tuple)
        asked.add(message[0] if several else message)
        known = (
            [french.get((message[0], form)) for form in (0, 1)]
            if several
            else [french.get(message)]
        )
        if not all(known):
            wrong.add(f"{message!r}  ({place})")
            continue
        for original, translated in zip(message if several else [message], known, strict=True):
            if not placeholders(translated) <= placeholders(message[1] if several else original):
                holes.add(f"{place}: {original!r} → {translated!r}")
    found(sorted(wrong), "These messages have no French in translations/fr/*.po:")
    found(sorted(holes), "The French asks for values the message does not give:")
    said = {message[0] if isinstance(message, tuple) else message for message in french}
    found(sorted(said - asked), "Nobody asks for these messages of translations/fr/*.po:")


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def test_no_message_is_translated_twice():
    """A word said on two pages has its French in one file."""
    said: dict[str, str] = {}
    wrong = []
    for file in sorted((ROOT / "translations" / "fr").glob("*.po")):
        with file.open("rb") as stream:
            for message in i18n.read_po(stream, locale="fr"):
                if message.id and said.setdefault(str(message.id), file.name) != file.name:
                    wrong.append(f"{message.id!r}: {said[str(message.id)]} and {file.name}")
    found(wrong, "These messages have their French in two files:")


# The tables.


def test_every_column_says_whether_it_speaks_of_a_person(site):
    found(
        personal.undeclared(),
        "Nobody said what these columns know of people: below the models of the room, say"
        " personal(Model, USE, 'columns', of='how it leads to the person', fate=…) or"
        " impersonal(Model) (core/personal.py):",
    )


# The parcel.


def test_the_project_and_the_locked_list_want_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "requirements.in").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert sorted(project["dependencies"]) == sorted(wanted)
    for file in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / file).read_text()
        assert not re.search(r"^(--(extra-)?index-url|--find-links|-i |-f )|https?://", text, re.M)


def test_the_wheel_holds_what_it_needs(tmp_path):
    """Built as for publication, unpacked elsewhere: it finds its pages, words and tables."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    succeed(build, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "home"
    with zipfile.ZipFile(wheel) as parcel:
        names = set(parcel.namelist())
        parcel.extractall(home)
    data, code = ("templates", "translations"), ("migrations", "static")
    needed = [
        (
            f"consult/data/{path.relative_to(ROOT)}"
            if folder in data
            else f"{path.relative_to(ROOT)}"
        )
        for folder in (*data, *code)
        for path in (ROOT / ("" if folder in data else "consult") / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    found(sorted(set(needed) - names), "The wheel lacks:")
    program = (
        "import consult\nfrom consult import migrations\n"
        f"app = consult.create_app(SECRET_KEY='x', INSTANCE={str(tmp_path / 'town')!r})\n"
        f"assert consult.__file__.startswith({str(home)!r}), consult.__file__\n"
        "with app.app_context():\n"
        "    migrations.upgrade()\n"
        "answer = app.test_client().get('/')\n"
        "assert answer.status_code == 200, answer.status\n"
    )
    succeed([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(home)})


def succeed(command: list[Any], **how: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, done.stdout + done.stderr
