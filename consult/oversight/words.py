"""What each act of the journal is called: the public ones, and those the guarantor alone reads."""

from flask_babel.speaklater import LazyString

from consult.contributions.models import Outcome
from consult.core.i18n import _
from consult.engagements.models import PROGRESS, Progress
from consult.journal.models import Event
from consult.moderation.models import Ground, Verdict

OUTCOMES = {
    Outcome.RETAINED: _("The town answered: retained"),
    Outcome.PARTLY: _("The town answered: partly retained"),
    Outcome.NOT_RETAINED: _("The town answered: not retained"),
    Outcome.OUT_OF_SCOPE: _("The town answered: out of scope"),
    Outcome.ALREADY_DONE: _("The town answered: already done"),
}
VERDICTS = {
    Verdict.PUBLISH: _("A text was read, and published"),
    Verdict.REFUSE: _("A text was refused"),
    Verdict.KEEP: _("A published text was read, and left as it is"),
    Verdict.RESTRICT: _("A published text was hidden"),
    Verdict.RESTORE: _("A hidden text was put back on show"),
}
ACTS: dict[str, LazyString] = {
    "campaigns.publish": _("Consultation published"),
    "campaigns.extend": _("Consultation extended"),
    "campaigns.change_rules": _("Rules of a consultation changed"),
    "campaigns.cancel": _("Consultation cancelled"),
    "campaigns.freeze": _("Rules of a consultation fixed at its opening"),
    "answers.publish_results": _("Results of a consultation published"),
    "engagements.adopt": _("Plan adopted by the assembly"),
    "engagements.publish": _("Plan published"),
    "engagements.revise": _("Promise revised, with its reason"),
    "engagements.publish_sheet": _("Text of an action sheet published"),
    "engagements.open_version": _("New version of a plan opened"),
    "engagements.conclude": _("Evaluation of a plan held, with its document"),
    "followup.publish_edition": _("Progress of a plan frozen at a date"),
    "followup.reply": _("The town replied to a question about an action"),
    "followup.import_plan": _("Plan carried in from a document"),
    "council.complete": _("Decision of the assembly completed"),
    "council.announce": _("Sitting of the assembly announced"),
    "council.publish": _("Act of the assembly put online"),
    "council.correct": _("Act of the assembly corrected, with its reason"),
    "council.annul": _("Act of the assembly annulled by the court"),
    "council.publish_list": _("List of what a sitting examined put online"),
    "council.publish_minutes": _("Minutes of a sitting put online"),
    "sources.carry_in": _("Document carried in, with all it became"),
    "moderation.settle": _("A reader who pointed out a text was answered"),
    "indicators.publish": _("Indicator published"),
    "indicators.enter": _("Figures entered"),
    "indicators.bring_in": _("Figures brought in from a table"),
    "indicators.correct": _("Figure corrected, with its reason"),
    "indicators.set_threshold": _("Threshold of small numbers changed"),
    "programmes.publish": _("Page of a programme or of a body published"),
    "programmes.take_stock": _("Review of a programme drawn up"),
    "programmes.close": _("Programme closed, with its report"),
    "pluralism.open": _("The groups of the assembly were given their room beside a page"),
    "pluralism.publish": _("Words of the groups of the assembly published together"),
    "pluralism.set_period": _("Pre-electoral period entered"),
    "pluralism.edit_period": _("Dates of a pre-electoral period changed"),
    "pluralism.sign_off": _("Somebody signed for a publication before an election"),
    "territory.create_generation": _("Generation of a geography entered, with its totals"),
    "territory.change_place": _("What a geography changed for a place entered"),
    "territory.import_places": _("File of places brought in"),
    "territory.merge": _("Two entries for one organisation joined"),
    "territory.join": _("Two entries for one place joined"),
    "portal.change_settings": _("Settings of the site changed"),
    "portal.record_audit": _("Accessibility audit recorded"),
}


def of(event: Event) -> LazyString | str:
    data = event.data
    if event.name == "answers.answer":
        return OUTCOMES[Outcome(data["outcome"])]
    if event.name == "followup.report":
        return _("Progress reported: %(status)s", status=PROGRESS[Progress(data["progress"])])
    if event.name == "moderation.decide":
        words = VERDICTS[Verdict(data["verdict"])]
        if data.get("ground"):
            ground = Ground(data["ground"]).label
            return _("%(decision)s (%(ground)s)", decision=words, ground=ground)
        return words
    return ACTS.get(event.name, event.name)
