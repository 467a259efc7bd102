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
    "ballots.announce": _("Secret vote announced: its question and its rules are frozen"),
    "ballots.cancel": _("Secret vote cancelled, with its reason"),
    "ballots.publish": _("Result of a secret vote published, with its ballots"),
    "oversight.publish": _("Report of the guarantor published"),
    "oversight.correct": _("Report of the guarantor corrected, with its reason"),
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
    "groups.gather": _("Contributions that say the same gathered in a group"),
    "groups.change": _("Group of contributions changed, with its reason"),
    "groups.dissolve": _("Group of contributions dissolved, with its reason"),
    "vigilance.set_aside": _("Supports proved false set aside, with their reasons"),
    "vigilance.restore": _("Supports set aside put back, with the reason"),
    "portal.change_settings": _("Settings of the site changed"),
    "portal.record_audit": _("Accessibility audit recorded"),
}

# What is not public, as the guarantor of a campaign reads it.
UNSHOWN: dict[str, LazyString] = {
    "answers.assign": _("Contribution given to somebody to answer"),
    "answers.note": _("Note of the services written"),
    "ballots.add_option": _("Choice added to a ballot"),
    "ballots.add_station": _("Polling station added"),
    "ballots.cast": _("Somebody voted"),
    "ballots.change": _("Somebody changed their vote"),
    "ballots.create": _("Ballot prepared"),
    "ballots.edit": _("Ballot in preparation changed"),
    "ballots.enter": _("Count of a polling station entered"),
    "ballots.remove_option": _("Choice removed from a ballot"),
    "ballots.remove_station": _("Polling station removed"),
    "campaigns.add_document": _("Document added to the file"),
    "campaigns.add_place": _("Place added to a consultation"),
    "campaigns.copy": _("Consultation copied from another"),
    "campaigns.create": _("Consultation prepared"),
    "campaigns.edit": _("Consultation in preparation changed"),
    "campaigns.remove_document": _("Document removed from the file"),
    "campaigns.remove_place": _("Place removed from a consultation"),
    "campaigns.schedule": _("Calendar changed"),
    "campaigns.set_themes": _("Themes changed"),
    "comments.comment": _("Comment sent"),
    "comments.shown": _("Comment shown to those it concerns"),
    "comments.withdraw": _("Comment withdrawn by its author"),
    "contributions.ask_confirmation": _("Letter of confirmation asked for"),
    "contributions.confirm": _("Address of an author confirmed"),
    "contributions.discard": _("Draft deleted by its author"),
    "contributions.edit": _("Contribution reworded by its author"),
    "contributions.save_draft": _("Draft kept"),
    "contributions.send": _("Contribution sent"),
    "contributions.submit": _("Contribution sent"),
    "contributions.type_in": _("Contribution on paper typed in"),
    "contributions.withdraw": _("Contribution withdrawn by its author"),
    "identity.declare": _("Somebody declared an address"),
    "identity.enter_code": _("Somebody used the code of a letter"),
    "identity.make_letters": _("Letters with a code made"),
    "identity.replace_letter": _("Lost letter replaced"),
    "identity.revoke_series": _("Letters cancelled"),
    "identity.see": _("Somebody recognised at the desk"),
    "identity.vouch": _("Somebody vouched for by FranceConnect or alike"),
    "imports.confirm": _("Import of a file confirmed"),
    "imports.take_in": _("Lines of a file brought in"),
    "moderation.appeal": _("Decision contested"),
    "moderation.conclude": _("Contested decision looked at again"),
    "moderation.describe": _("Picture described"),
    "moderation.dismiss": _("Report of a reader set aside"),
    "moderation.enter_appeal": _("Letter contesting a decision entered"),
    "moderation.notify_content": _("Text pointed out by a reader"),
    "moderation.shown": _("Text shown to those it concerns"),
    "people.grant": _("Role given"),
    "people.invite": _("Role offered"),
    "people.revoke": _("Role withdrawn"),
    "votes.support": _("Support given"),
    "votes.type_in": _("Support given on paper typed in"),
    "votes.withdraw": _("Support withdrawn"),
    "answers.export_complete": _("Whole consultation taken away, with a second signature"),
    "ballots.strike": _("Name struck off for a vote on paper"),
    "campaigns.discard": _("Consultation in preparation given up"),
    "engagements.tie": _("Contribution tied to what was decided"),
    "groups.agree": _("Author accepts to be in a group"),
    "groups.leave": _("Author leaves a group"),
    "identity.declare": _("Address declared"),
    "identity.enter_code": _("Code of a letter entered"),
    "identity.make_letters": _("Letters with codes made"),
    "identity.replace_letter": _("Letter with a code replaced"),
    "identity.revoke_series": _("Letters with codes revoked"),
    "identity.see": _("Somebody known at the desk"),
    "identity.vouch": _("Somebody known from elsewhere"),
    "moderation.lift": _("Suspension lifted"),
    "moderation.purge": _("Words of a decision erased, their time being over"),
    "moderation.suspend": _("Account suspended, with the reasons"),
    "people.follow": _("Somebody follows"),
    "people.unfollow": _("Somebody stops following"),
    "vigilance.clear": _("Flag cleared by a person"),
    "vigilance.flag": _("Text flagged for a person to look at"),
    "votes.type_in": _("Supports on paper typed in"),
    "oversight.draft": _("Draft of the guarantor kept"),
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
    known = ACTS.get(event.name) or UNSHOWN.get(event.name)
    return known or _("Act of the site (%(name)s)", name=event.name)
