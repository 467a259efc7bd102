"""The `consult` command: the same acts as the pages, said on a line."""

import gc
import json
import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from werkzeug.exceptions import NotFound

from consult import backup, config, create_app, demonstration, migrations
from consult.campaigns.models import Campaign
from consult.campaigns.queries import by_slug_or_404 as campaign_or_404
from consult.contributions import formats
from consult.contributions.jobs import recount
from consult.core import files, metrics, queue
from consult.core.db import db, writing
from consult.core.paths import PACKAGE
from consult.core.rules import Refused
from consult.core.tables import TableError
from consult.engagements import documents
from consult.engagements.queries import by_slug_or_404 as plan_or_404
from consult.followup import actions as followup
from consult.followup.queries import exported, figures
from consult.imports import actions as bringing
from consult.imports import queries as imports
from consult.imports import rules as import_rules
from consult.imports.jobs import carry_through
from consult.journal import queries as journal
from consult.journal.actions import commit, rollback
from consult.people import actions as people
from consult.people import queries as accounts
from consult.people.models import RoleName, User
from consult.privacy import actions as privacy
from consult.privacy import archive
from consult.sources import actions as sources
from consult.sources import queries as carried
from consult.sources import reading, tables
from consult.territory import actions as territory
from consult.territory import files as places

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DEMO = PACKAGE.parent / "instance" / "demo"


def _app() -> Flask:
    try:
        return create_app()
    except config.MissingSecret as missing:
        raise click.ClickException(str(missing)) from missing


main = FlaskGroup(
    name="consult",
    create_app=_app,
    add_default_commands=False,
    help="A town asks, residents answer, the council commits, everybody sees what became of it.",
)


def reporting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--json`: what it returns is printed for a program, else for a person."""

    @click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
    @with_appcontext
    def run(as_json: bool, **arguments: Any) -> None:
        try:
            report = command(**arguments)
        except Refused as refused:
            rollback()
            raise click.ClickException(str(refused.reason)) from refused
        _say(report, as_json)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__click_params__ = run.__click_params__ + getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return run


def _say(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, default=str))
    else:
        for name, value in report.items():
            click.echo(f"{name}: {value}")
    if report.get("faults"):
        sys.exit(1)


def acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--as`: whose act it is; else the built-in account `système`."""
    option = click.option("--as", "email", help="The account in whose name this is done.")

    def run(email: str | None = None, **arguments: Any) -> Any:
        writing()
        return command(_actor(email), **arguments)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return option(run)


def _actor(email: str | None) -> User:
    if email is None:
        return accounts.system()
    user = accounts.by_email(email)
    if user is None:
        raise click.ClickException(f"No account has the address {email}.")
    return user


@main.command("run", with_appcontext=False)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--development", is_flag=True, help="On one's own machine: no TLS, mails in files.")
def run(host: str, port: int, workers: int, development: bool) -> None:
    """Serve the site."""
    if development:
        config.write_local(config.instance_folder())
    app = _app()  # says what is missing before any worker starts
    metrics.start_afresh(Path(app.config["INSTANCE"]))
    gc.collect()
    gc.freeze()  # what is read in now is held once for every worker
    Granian(
        "consult:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        respawn_failed_workers=True,  # the system may end one: the others go on
        blocking_threads=4,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=30,  # told twice at once to stop, a worker of Granian's may stay
    ).serve()


@main.command("demo", with_appcontext=False)
@click.option("--serve", is_flag=True, help="Then serve it, with its worker, until Ctrl-C.")
@click.option("--port", default=5000, show_default=True)
def demo(serve: bool, port: int) -> None:
    """Load the demonstration into instance/demo, unless it is there."""
    for name in [name for name in os.environ if name.startswith("CONSULT_")]:
        del os.environ[name]  # a town's own settings never reach the demonstration
    os.environ["CONSULT_INSTANCE"] = str(DEMO)
    if demonstration.was_interrupted(DEMO):
        shutil.rmtree(DEMO)  # half a story is no story: nothing of the town's lives here
    config.write_local(DEMO, is_demo=True)
    app = create_app(INSTANCE=str(DEMO))
    with app.app_context():
        migrations.upgrade()
        demonstration.load()
        if serve:
            _serve_demo(port)


def _serve_demo(port: int) -> None:
    """Run the server and the worker side by side; when one stops or is told to, both do."""
    os.environ["CONSULT_SITE_URL"] = f"http://127.0.0.1:{port}"
    db.engine.dispose()  # nobody shares a connection
    forking = multiprocessing.get_context("fork")  # what is read in already is not read again
    running = [
        forking.Process(target=_apart, args=role)
        for role in (("run", "--port", str(port)), ("worker",))
    ]
    for process in running:
        process.start()
    click.echo(f"\n  http://127.0.0.1:{port}\n")
    for role, email in demonstration.ACCOUNTS.items():
        click.echo(f"  {role:<15} {email:<32} {demonstration.PASSWORD}")
    click.echo(f"\n  Mails are written to {DEMO / 'mails'}. Ctrl-C stops everything.\n")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(0.2) and all(process.is_alive() for process in running):
        pass
    for process in running:
        process.terminate()
    for process in running:
        process.join(5)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # type: ignore[arg-type]  # and what it left
    sys.exit(0 if stop.is_set() else 1)


def _apart(*words: str) -> None:
    """Run a command of ours out of reach of the terminal's Ctrl-C: it is told to stop once."""
    os.setsid()
    main(words)


@main.command("worker")
@with_appcontext
def worker() -> None:
    """Send what waits to be sent, finish what waits to be finished, until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    queue.work(current_app._get_current_object(), stop)  # type: ignore[attr-defined]


@main.group("db")
def database() -> None:
    """The tables."""


@database.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the tables to what this version of the site needs."""
    migrations.upgrade()
    click.echo("The tables are up to date.")


KEY_FILE = click.option(
    "--key-file", type=FILE, help="The file that holds the secret of the backups; kept elsewhere."
)


@main.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@KEY_FILE
@click.option("--verify", "is_there", is_flag=True, help="Read a backup to its end, make none.")
@reporting
def back_up(file: Path, key_file: Path | None, is_there: bool) -> dict[str, Any]:
    """Copy the site, while it runs, into one sealed file; then read that file back."""
    try:
        secret = backup.secret_in(key_file or current_app.config["BACKUP_KEY_FILE"])
        with _progress() as step:
            return (backup.verify if is_there else backup.make)(file, secret, step)
    except (backup.BackupFault, OSError) as fault:
        raise click.ClickException(str(fault)) from fault


@main.command("restore", with_appcontext=False)
@click.argument("file", type=FILE)
@KEY_FILE
@click.option("--erasures", type=FILE, help="A list of erasures (erasures.jsonl) kept elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def restore(file: Path, key_file: Path | None, erasures: Path | None, as_json: bool) -> None:
    """Take a backup back into an empty database; on a bare machine, its settings as well.

    Who was erased after it was made is erased again, by the list of erasures of the instance.
    """
    try:
        if not (config.instance_folder() / "config.py").exists() and key_file:
            backup.bring_settings(file, backup.secret_in(key_file), config.instance_folder())
        with _app().app_context():
            secret = backup.secret_in(key_file or current_app.config["BACKUP_KEY_FILE"])
            with _progress() as step:
                erased = erasures.read_bytes() if erasures else b""
                report = backup.restore(file, secret, step, erased)
    except (backup.BackupFault, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    _say(report, as_json)


@contextmanager
def _progress() -> Iterator[backup.Step]:
    """How far a long work is, on the error stream of whoever watches."""
    with click.progressbar(length=1, file=sys.stderr, show_pos=True) as bar:

        def step(_name: str, total: int) -> None:
            bar.length = total
            bar.update(1)

        yield step


@main.command("grant")
@click.argument("address", metavar="EMAIL")
@click.argument("role", type=click.Choice([role.value for role in RoleName]))
@reporting
@acting
def grant(actor: User, address: str, role: str) -> dict[str, Any]:
    """Give an account a role for the whole site."""
    user = accounts.by_email(address)
    if user is None:
        raise click.ClickException(f"No account has the address {address}.")
    people.grant(actor, user, name=RoleName(role))
    commit()
    return {"account": address, "role": role}


@main.group("journal")
def journal_group() -> None:
    """What happened, and whether it still says so."""


@journal_group.command("verify")
@reporting
def verify() -> dict[str, Any]:
    """Read everything again, chain, tree, signed heads, and name all that does not hold."""
    head = journal.last_head()
    signed = {"heads": head.id, "signed_until": head.on} if head else {"heads": 0}
    return {"events": journal.tip(), **signed, "faults": list(journal.faults())}


@journal_group.command("head")
@reporting
def journal_head() -> dict[str, Any]:
    """The last signed head and the key, to be noted where the town cannot reach it."""
    head = journal.last_head()
    if head is None:
        raise click.ClickException("No day is signed yet: the worker does it after midnight.")
    return {**journal.told(head), "keys": [journal.key_text(key) for key in journal.public_keys()]}


@main.group("import")
def import_group() -> None:
    """Bring in what was written elsewhere."""


@import_group.command("contributions")
@click.argument("file", type=FILE)
@click.option("--campaign", "slug", required=True, help="The address of the consultation.")
@click.option("--columns", default="", help="Which column holds what: ref=id,body=texte.")
@click.option("--format", "kind", type=click.Choice(["auto", *formats.FORMATS]), default="auto")
@click.option("--preview", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--pending", is_flag=True, help="A facilitator reads each text first.")
@reporting
@acting
def import_contributions(
    actor: User, file: Path, slug: str, columns: str, kind: str, preview: bool, pending: bool
) -> dict[str, Any]:
    """Bring the contributions of a table or of an export into a consultation."""
    campaign = _campaign(slug, actor)
    import_rules.hand_in(actor, campaign)
    how = _reading(file, columns, kind, pending)
    if preview:
        rollback()  # others may write while this reads
        trial = imports.trial(campaign, imports.found(file, file.name, how), how)
        if trial.fault:
            raise click.ClickException(str(trial.fault))
        return imports.trial_report(how, trial)
    with file.open("rb") as stream:
        kept = files.take(stream, file.name, "application/octet-stream")
    importing = bringing.hand_in(
        actor, campaign, file=kept, format=how.format, columns=how.columns, is_pending=pending
    )
    bringing.confirm(actor, importing, is_pending=pending)
    carry_through(importing)
    if importing.fault:
        raise click.ClickException(importing.fault)
    return imports.report(importing)


def _reading(file: Path, columns: str, kind: str, pending: bool) -> imports.Reading:
    """How the file is to be read, once it was seen that it can be."""
    try:
        chosen = formats.parse_columns(columns)
        if kind == "auto":
            kind = "table" if chosen else formats.look(file, file.name).format
        how = imports.Reading(kind, chosen, pending)
        next(imports.found(file, file.name, how), None)
    except TableError as error:
        raise click.ClickException(str(error.message)) from error
    return how


def _campaign(slug: str, actor: User) -> Campaign:
    try:
        return campaign_or_404(slug, actor)
    except NotFound as absent:
        raise click.ClickException(f"No consultation has the address {slug}.") from absent


@import_group.command("plan")
@click.argument("file", type=FILE)
@reporting
@acting
def import_plan(actor: User, file: Path) -> dict[str, Any]:
    """Carry in a plan of action from its transcription, once, word for word."""
    try:
        document = documents.read(file)
    except documents.DocumentError as error:
        lines = [f"{problem.path}: {problem.message}" for problem in error.problems]
        raise click.ClickException("\n".join(lines)) from error
    plan = followup.import_plan(actor, document)
    commit()
    return figures(plan)


@import_group.command("document")
@click.argument("file", type=FILE)
@click.option("--title", default="", help="The title of a plan written as a table.")
@click.option("--columns", default="", help="Which column holds what: ref=ID,title=Titre.")
@click.option("--states", default="", help="What its states mean: FIN=done,TRAVAUX=started.")
@click.option("--preview", is_flag=True, help="Say what it holds, and write nothing.")
@reporting
@acting
def import_document(
    actor: User, file: Path, title: str, columns: str, states: str, preview: bool
) -> dict[str, Any]:
    """Carry in a document (JSON, or a plan as a table), once, word for word."""
    data = file.read_bytes()
    try:
        raw = (
            tables.read(
                file,
                file.name,
                title=title,
                columns=tables.pairs(columns),
                states=tables.pairs(states),
            ).raw
            if tables.is_table(file.name)
            else reading.loaded(data)
        )
        document = reading.read(raw)
        if preview:
            rollback()
            return {"document": document.ref, "kind": document.kind.value, **document.figures()}
        made = sources.hand_in(actor, document, data=data, name=file.name)
        if not made.is_public:
            sources.carry_in(actor, made)
    except TableError as error:
        raise click.ClickException(str(error.message)) from error
    except documents.DocumentError as error:
        rollback()
        lines = [f"{problem.path}: {problem.message}" for problem in error.problems]
        raise click.ClickException("\n".join(lines)) from error
    commit()
    return carried.report(made, document.figures())


@import_group.command("places")
@click.argument("file", type=FILE)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day of the outlines.")
@click.option("--source", default="", help="Where the file comes from, in a few words.")
@reporting
@acting
def import_places(actor: User, file: Path, since: datetime | None, source: str) -> dict[str, Any]:
    """Bring in districts and municipalities (CSV, Excel, GeoJSON), with their outlines."""
    try:
        found = places.read(file)
    except TableError as error:
        raise click.ClickException(str(error.message)) from error
    if found.faults:
        lines = [f"{fault.line}: {fault.reason}" for fault in found.faults]
        raise click.ClickException("\n".join(lines))
    day = since.date() if since else None
    brought = territory.import_places(actor, found.places, since=day, source=source)
    commit()
    return brought._asdict()


@main.group("export")
def export_group() -> None:
    """Take away what stands here."""


@export_group.command("plan")
@click.argument("slug")
@click.option("--json", "is_compact", is_flag=True, help="On one line, for a program.")
@with_appcontext
def export_plan(slug: str, is_compact: bool) -> None:
    """Print a plan as JSON: the document it came from, word for word, else how it stands."""
    try:
        plan = plan_or_404(slug, accounts.system())
    except NotFound as absent:
        raise click.ClickException(f"No plan has the address {slug}.") from absent
    indent = None if is_compact else 2
    click.echo(json.dumps(exported(plan), ensure_ascii=False, indent=indent, default=str))


@export_group.command("document")
@click.argument("ref")
@click.option("--json", "is_compact", is_flag=True, help="On one line, for a program.")
@with_appcontext
def export_document(ref: str, is_compact: bool) -> None:
    """Print a document as it was carried in, every word of it."""
    document = carried.by_ref(ref)
    if document is None:
        raise click.ClickException(f"No document has the reference {ref}.")
    indent = None if is_compact else 1
    click.echo(json.dumps(document.content, ensure_ascii=False, indent=indent))


@main.group("archive")
def archives() -> None:
    """Identities the law makes a host keep, sealed to a key that is not on this server."""


@archives.command("keygen")
@click.argument("private_file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def archive_keygen(private_file: Path) -> None:
    """Make the key pair: the private half goes into PRIVATE_FILE, to be carried elsewhere."""
    if archive.public_key():
        raise click.ClickException(f"{archive.public_file()} exists: what is sealed needs its key.")
    private, public = archive.key_pair()
    with os.fdopen(os.open(private_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(private + "\n")
    archive.public_file().write_text(public + "\n")
    click.echo(f"private key: {private_file} (carry it away from this machine, twice)")
    click.echo(f"public key: {archive.public_file()}")


@archives.command("open")
@click.argument("account", type=int)
@click.option("--key", "private_file", type=FILE, required=True, help="The private key.")
@click.option("--reference", required=True, help="Number of the judge's or police's request.")
@reporting
@acting
def archive_open(actor: User, account: int, private_file: Path, reference: str) -> dict[str, Any]:
    """Read what is sealed of ACCOUNT; the opening is written in the journal."""
    user = db.session.get(User, account)
    if user is None:
        raise click.ClickException(f"No account has the number {account}.")
    try:
        found = privacy.open_archive(
            actor, user, private=private_file.read_text().strip(), reference=reference
        )
    except ValueError as wrong:
        rollback()
        raise click.ClickException(str(wrong)) from wrong
    commit()
    return {"account": account, "sealed": found}


@main.command("recount")
@reporting
def recount_all() -> dict[str, Any]:
    """Count again what is counted, and say how much was wrong."""
    writing()
    wrong = recount()
    commit()
    return wrong
