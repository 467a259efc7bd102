"""the spine."""

import sqlalchemy as sa
from alembic import op

revision = "0001_spine"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "act_remark",
    "answer",
    "bulk_export",
    "campaign_rules",
    "consent",
    "correction",
    "decision",
    "edition",
    "event",
    "evidence",
    "group_version",
    "guarantor_report",
    "guardian_turn",
    "journal_key",
    "measure",
    "moment_done",
    "plan_version",
    "poll_result",
    "poll_sheet_entry",
    "programme_stocktake",
    "promise",
    "publication",
    "purge",
    "reply",
    "revision",
    "sheet_version",
    "sign_off",
    "sign_off_use",
    "signed_head",
    "statement",
    "status_report",
)
# Words that go once, when their time is over: nothing else of these rows ever changes.
ERASED_ONCE = {"reasons": "erased_at"}
SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_fts USING fts5(stems, content='search_entry', content_rowid='id', tokenize='ascii', detail=none)",
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN INSERT INTO search_fts(rowid, stems) VALUES (new.id, new.stems); END",
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN INSERT INTO search_fts(search_fts, rowid, stems) VALUES ('delete', old.id, old.stems); END",
        "CREATE TRIGGER search_entry_changed AFTER UPDATE OF stems ON search_entry BEGIN INSERT INTO search_fts(search_fts, rowid, stems) VALUES ('delete', old.id, old.stems); INSERT INTO search_fts(rowid, stems) VALUES (new.id, new.stems); END",
    ),
    "postgresql": (
        "ALTER TABLE search_entry ADD COLUMN search_fts tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(stems, ' '))) STORED",
        "CREATE INDEX ix_search_entry_stems ON search_entry USING gin (search_fts)",
    ),
}


def upgrade_by_hand() -> None:
    """What models cannot say: tables nobody may rewrite, and the index of words."""
    engine = op.get_bind().dialect.name
    if engine == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END$$"
        )
    for table in APPEND_ONLY:
        if engine == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        else:
            for verb in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
    for table, erased in ERASED_ONCE.items():
        once = f"OLD.{erased} IS NULL AND NEW.{erased} IS NOT NULL"
        if engine == "postgresql":
            for verb, unless in (("update", f"WHEN (NOT ({once}))"), ("delete", "")):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
                    f" FOR EACH ROW {unless} EXECUTE FUNCTION refuse_change()"
                )
        else:
            for verb, unless in (("update", f"WHEN NOT ({once})"), ("delete", "")):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {unless}"
                    f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
    for statement in SEARCH[engine]:
        op.execute(statement)
    op.execute(
        "CREATE UNIQUE INDEX uq_role_once ON role"
        " (user_id, name, coalesce(campaign_id, 0), coalesce(plan_id, 0))"
    )
    op.execute(
        "CREATE INDEX ix_comment_shown ON comment"
        " (contribution_id, coalesce(thread_id, id), id) WHERE shown_at IS NOT NULL"
    )


def downgrade_by_hand() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change() CASCADE")
    else:
        op.execute("DROP TABLE search_fts")


def upgrade() -> None:
    op.create_table(
        "assembly",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("collectivity", sa.Text(), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("in_office", sa.Integer(), nullable=True),
        sa.Column("proxies_each", sa.Integer(), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("court_address", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "in_office IS NULL OR in_office > 0", name=op.f("ck_assembly_in_office")
        ),
        sa.CheckConstraint("proxies_each >= 0", name=op.f("ck_assembly_proxies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assembly")),
        sa.UniqueConstraint("key", name=op.f("uq_assembly_key")),
        sa.UniqueConstraint("name", "collectivity", name=op.f("uq_assembly_name_collectivity")),
    )
    op.create_table(
        "assembly_group",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_assembly_group_seats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assembly_group")),
        sa.UniqueConstraint("key", name=op.f("uq_assembly_group_key")),
    )
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_key", ["key", "at"], unique=False)

    op.create_table(
        "audit",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("auditor", sa.Text(), nullable=False),
        sa.Column("criteria_met", sa.Integer(), nullable=False),
        sa.Column("criteria_applicable", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("exemptions", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "criteria_met >= 0 AND criteria_applicable > 0 AND criteria_met <= criteria_applicable",
            name=op.f("ck_audit_criteria"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "body",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "steering",
                "technical",
                "mission",
                "assembly",
                "commission",
                "citizens_jury",
                "citizens_council",
                "residents",
                "conference",
                "working_group",
                "other",
                name="bodykind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("presidency", sa.Text(), nullable=False),
        sa.Column("rhythm_words", sa.Text(), nullable=False),
        sa.Column("colleges", sa.JSON(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_body_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_body_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_body_slug")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_event_hash")),
        info={"append_only": True},
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_campaign", ["campaign_id", "id"], unique=False)
        batch_op.create_index(
            "ix_event_news",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish')"
            ),
            postgresql_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish')"
            ),
        )
        batch_op.create_index("ix_event_plan", ["plan_id", "id"], unique=False)
        batch_op.create_index(
            "ix_event_public",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish', 'campaigns.freeze', 'moderation.decide', 'moderation.settle', 'answers.answer', 'pluralism.open', 'pluralism.set_period', 'pluralism.edit_period', 'indicators.publish', 'indicators.enter', 'indicators.bring_in', 'indicators.correct', 'indicators.set_threshold', 'territory.create_generation', 'territory.change_place', 'territory.import_places', 'territory.merge', 'territory.join', 'groups.gather', 'groups.change', 'groups.dissolve', 'vigilance.set_aside', 'vigilance.restore')"
            ),
            postgresql_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish', 'campaigns.freeze', 'moderation.decide', 'moderation.settle', 'answers.answer', 'pluralism.open', 'pluralism.set_period', 'pluralism.edit_period', 'indicators.publish', 'indicators.enter', 'indicators.bring_in', 'indicators.correct', 'indicators.set_threshold', 'territory.create_generation', 'territory.change_place', 'territory.import_places', 'territory.merge', 'territory.join', 'groups.gather', 'groups.change', 'groups.dissolve', 'vigilance.set_aside', 'vigilance.restore')"
            ),
        )
        batch_op.create_index(
            "ix_event_subject", ["subject_kind", "subject_id", "id"], unique=False
        )

    op.create_table(
        "gap",
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "kind",
            "ref",
            name=op.f("uq_gap_subject_kind_subject_id_kind_ref"),
        ),
    )
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_done_at"), ["done_at"], unique=False)

    op.create_table(
        "journal_head",
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_journal_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "journal_key",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_key")),
        sa.UniqueConstraint("public", name=op.f("uq_journal_key_public")),
        info={"append_only": True},
    )
    op.create_table(
        "journal_node",
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_node")),
        sa.UniqueConstraint("size", "start", name=op.f("uq_journal_node_size_start")),
    )
    op.create_table(
        "kin",
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kin")),
        sa.UniqueConstraint("words", name=op.f("uq_kin_words")),
    )
    op.create_table(
        "organisation",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("acronym", sa.Text(), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "authority",
                "state",
                "landlord",
                "association",
                "company",
                "body",
                "establishment",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("merged_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "merged_id IS NULL OR merged_id <> id", name=op.f("ck_organisation_not_itself")
        ),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_organisation_not_its_own_parent")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["organisation.id"], name=op.f("fk_organisation_merged_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_merged_id"), ["merged_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department",
                "grouping",
                "commune",
                "priority",
                "watched",
                "district",
                "site",
                name="placekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("insee", sa.String(length=5), nullable=True),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column("qpv", sa.String(length=8), nullable=True),
        sa.Column("from_words", sa.Text(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "merged_id IS NULL OR merged_id <> id", name=op.f("ck_place_not_itself")
        ),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_place_order"),
        ),
        sa.ForeignKeyConstraint(["merged_id"], ["place.id"], name=op.f("fk_place_merged_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("insee", name=op.f("uq_place_insee")),
        sa.UniqueConstraint("qpv", name=op.f("uq_place_qpv")),
        sa.UniqueConstraint("siren", name=op.f("uq_place_siren")),
        sa.UniqueConstraint("slug", name=op.f("uq_place_slug")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_merged_id"), ["merged_id"], unique=False)

    op.create_table(
        "printed_table",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("introduction", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("analysis", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_table")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_printed_table_external_ref")),
        sa.UniqueConstraint("title", name=op.f("uq_printed_table_title")),
    )
    op.create_table(
        "purge",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
        info={"append_only": True},
    )
    op.create_table(
        "reasons",
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR (trim(words) <> '' AND trim(passage) <> '')",
            name=op.f("ck_reasons_said"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reasons")),
        info={"append_only": True},
    )
    op.create_table(
        "sealed_identity",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_identity")),
    )
    with op.batch_alter_table("sealed_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_identity_until"), ["until"], unique=False)

    op.create_table(
        "search_entry",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_search_entry_kind_subject_id")),
    )
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index("ix_search_entry_campaign", ["campaign_id", "id"], unique=False)

    op.create_table(
        "sent_form",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sa.UniqueConstraint("digest", name=op.f("uq_sent_form_digest")),
    )
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_form_at"), ["at"], unique=False)

    op.create_table(
        "signed_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_head")),
        sa.UniqueConstraint("on", name=op.f("uq_signed_head_on")),
        info={"append_only": True},
    )
    op.create_table(
        "small_numbers",
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_small_numbers_only_one")),
        sa.CheckConstraint("threshold >= 5", name=op.f("ck_small_numbers_threshold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_small_numbers")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "term",
        sa.Column("acronym", sa.String(length=60), nullable=False),
        sa.Column("expansion", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("acronym", name=op.f("uq_term_acronym")),
    )
    op.create_table(
        "user",
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("pseudonym_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("wants_mail", sa.Boolean(), nullable=False),
        sa.Column("publication_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awaits_adult", sa.Boolean(), nullable=False),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("session_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_failures", sa.Integer(), nullable=False),
        sa.Column("mail_retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email_key", name=op.f("uq_user_email_key")),
        sa.UniqueConstraint("pseudonym_key", name=op.f("uq_user_pseudonym_key")),
    )
    op.create_table(
        "body_member",
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("college", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("start_words", sa.Text(), nullable=False),
        sa.Column("end_words", sa.Text(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_body_member_body_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_body_member_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_member")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_body_member_external_ref")),
    )
    with op.batch_alter_table("body_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_member_body_id"), ["body_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_body_member_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "body_minutes",
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("date_words", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_body_minutes_body_id")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_body_minutes_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_minutes")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_body_minutes_external_ref")),
    )
    with op.batch_alter_table("body_minutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_minutes_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_body_minutes_file_id"), ["file_id"], unique=False)

    op.create_table(
        "breach",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("is_risky", sa.Boolean(), nullable=False),
        sa.Column("told_authority_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_words", sa.Text(), nullable=False),
        sa.Column("told_people_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "trim(title) <> '' AND trim(nature) <> ''", name=op.f("ck_breach_described")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_breach_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
        sa.UniqueConstraint("key", name=op.f("uq_breach_key")),
    )
    op.create_table(
        "bulk_export",
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_bulk_export_by_id")),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["user.id"], name=op.f("fk_bulk_export_signed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_export")),
        info={"append_only": True},
    )
    op.create_table(
        "consent",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "notices",
                "publication",
                "position",
                name="consentkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_consent_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        info={"append_only": True},
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_user_id"), ["user_id"], unique=False)

    op.create_table(
        "countersign",
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_by_id", sa.Integer(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "signed_at IS NULL OR declined_at IS NULL", name=op.f("ck_countersign_one_answer")
        ),
        sa.CheckConstraint("signed_by_id <> asked_by_id", name=op.f("ck_countersign_two_people")),
        sa.CheckConstraint(
            "used_at IS NULL OR signed_at IS NOT NULL", name=op.f("ck_countersign_signed_before")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_countersign_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["declined_by_id"], ["user.id"], name=op.f("fk_countersign_declined_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["user.id"], name=op.f("fk_countersign_signed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countersign")),
    )
    with op.batch_alter_table("countersign", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_countersign_asked_by_id"), ["asked_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_countersign_fingerprint"), ["fingerprint"], unique=False
        )

    op.create_table(
        "data_copy",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_data_copy_file_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_data_copy_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy")),
    )
    with op.batch_alter_table("data_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_copy_user_id"), ["user_id"], unique=False)

    op.create_table(
        "device",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("user_id", "token", name=op.f("uq_device_user_id_token")),
    )
    op.create_table(
        "electoral_period",
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_electoral_period_order")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_electoral_period_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_electoral_period")),
        sa.UniqueConstraint("key", name=op.f("uq_electoral_period_key")),
    )
    op.create_table(
        "farewell",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_farewell_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewell")),
        sa.UniqueConstraint("user_id", "step", name=op.f("uq_farewell_user_id_step")),
    )
    op.create_table(
        "follow",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_follow_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint(
            "user_id",
            "subject_kind",
            "subject_id",
            name=op.f("uq_follow_user_id_subject_kind_subject_id"),
        ),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index("ix_follow_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "guardian",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_guardian_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
        sa.UniqueConstraint("user_id", name=op.f("uq_guardian_user_id")),
    )
    op.create_table(
        "guardian_turn",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "turn",
            sa.Enum(
                "named",
                "agreed",
                "refused",
                "revoked",
                "released",
                "lapsed",
                "of_age",
                name="turn",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_guardian_turn_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_turn")),
        info={"append_only": True},
    )
    with op.batch_alter_table("guardian_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardian_turn_user_id"), ["user_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("note_key", sa.Text(), nullable=False),
        sa.Column("note_words", sa.Text(), nullable=False),
        sa.Column("reading_key", sa.Text(), nullable=False),
        sa.Column(
            "compared_with",
            sa.Enum(
                "department",
                "town",
                "cluster",
                "region",
                "country",
                name="yardstick",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("counts_people", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("label <> ''", name=op.f("ck_indicator_label")),
        sa.CheckConstraint(
            "threshold IS NULL OR threshold >= 5", name=op.f("ck_indicator_threshold")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_indicator_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_indicator_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_indicator_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_indicator_slug")),
    )
    op.create_table(
        "letter",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_letter_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "ix_letter_waiting",
            ["id"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "notification",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notification_event_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notification_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_notification_event_id_user_id")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notification_unread",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.create_index("ix_notification_user", ["user_id", "id"], unique=False)
        batch_op.create_index(
            "ix_notification_waiting",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        )

    op.create_table(
        "passkey",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_passkey_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "perimeter",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("geometry", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_perimeter_order"),
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_perimeter_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perimeter")),
    )
    with op.batch_alter_table("perimeter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_perimeter_place_id"), ["place_id"], unique=False)

    op.create_table(
        "petition",
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column(
            "wish",
            sa.Enum(
                "access",
                "rectify",
                "erase",
                "oppose",
                "restrict",
                "other",
                name="wish",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_words", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_petition_answered_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_petition_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_petition_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition")),
        sa.UniqueConstraint("key", name=op.f("uq_petition_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_petition_receipt")),
    )
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.create_index("ix_petition_due", ["answered_at", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_petition_user_id"), ["user_id"], unique=False)

    op.create_table(
        "place_parent",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("place_id <> parent_id", name=op.f("ck_place_parent_elsewhere")),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_place_parent_order"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["place.id"], name=op.f("fk_place_parent_parent_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_parent_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_parent")),
        sa.UniqueConstraint(
            "place_id", "parent_id", name=op.f("uq_place_parent_place_id_parent_id")
        ),
    )
    with op.batch_alter_table("place_parent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_parent_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "post",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("byline", sa.Text(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "paper",
                "meeting",
                "phone",
                "counter",
                "import",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "pending",
                "published",
                "refused",
                "restricted",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL", name=op.f("ck_post_published")
        ),
        sa.CheckConstraint(
            "status = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_post_submitted")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_post_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("key", name=op.f("uq_post_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_post_receipt")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index("ix_post_author", ["author_id", "id"], unique=False)
        batch_op.create_index(
            "ix_post_waiting",
            ["rank", "waiting_since", "id"],
            unique=False,
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )

    op.create_table(
        "profile",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "bracket",
            sa.Enum(
                "under_15",
                "from_15",
                "adult",
                name="agebracket",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_profile_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("user_id", name=op.f("uq_profile_user_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_recovery_code_fingerprint")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_user_id"), ["user_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reminder_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("user_id", "week", name=op.f("uq_reminder_user_id_week")),
    )
    op.create_table(
        "saved_wording",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "retained",
                "partly_retained",
                "not_retained",
                "out_of_scope",
                "already_done",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_saved_wording_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_wording")),
        sa.UniqueConstraint("title", name=op.f("uq_saved_wording_title")),
    )
    op.create_table(
        "site",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.Column("logo_alternative", sa.Text(), nullable=False),
        sa.Column("tagline", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("contact_postal", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_site_only_one")),
        sa.ForeignKeyConstraint(["logo_id"], ["stored_file.id"], name=op.f("fk_site_logo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "sitting",
        sa.Column("assembly_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hour", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("convened_on", sa.Date(), nullable=True),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("president", sa.Text(), nullable=True),
        sa.Column("secretary", sa.Text(), nullable=True),
        sa.Column("in_office", sa.Integer(), nullable=True),
        sa.Column("present", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("absent", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("proxies_are_known", sa.Boolean(), nullable=False),
        sa.Column("printed", sa.JSON(), nullable=False),
        sa.Column("ballot_requests", sa.Text(), nullable=True),
        sa.Column("ballot_results", sa.Text(), nullable=True),
        sa.Column("discussions", sa.Text(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_on IS NULL OR approved_on >= held_on", name=op.f("ck_sitting_approved")
        ),
        sa.CheckConstraint(
            "convened_on IS NULL OR convened_on <= held_on", name=op.f("ck_sitting_convened")
        ),
        sa.CheckConstraint("in_office IS NULL OR in_office > 0", name=op.f("ck_sitting_in_office")),
        sa.ForeignKeyConstraint(["after_id"], ["sitting.id"], name=op.f("fk_sitting_after_id")),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assembly.id"], name=op.f("fk_sitting_assembly_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
        sa.UniqueConstraint("after_id", name=op.f("uq_sitting_after_id")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_sitting_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_sitting_key")),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sitting_assembly_id"), ["assembly_id"], unique=False)

    op.create_table(
        "source_document",
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "plan",
                "closing_review",
                "agreement",
                "note",
                "roadmap",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dated_words", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_source_document_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_source_document_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_document")),
        sa.UniqueConstraint("ref", name=op.f("uq_source_document_ref")),
    )
    op.create_table(
        "spokesperson",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["assembly_group.id"], name=op.f("fk_spokesperson_group_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_spokesperson_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spokesperson")),
        sa.UniqueConstraint("group_id", "user_id", name=op.f("uq_spokesperson_group_id_user_id")),
    )
    with op.batch_alter_table("spokesperson", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spokesperson_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spokesperson_user_id"), ["user_id"], unique=False)

    op.create_table(
        "totp",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_totp_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp")),
        sa.UniqueConstraint("user_id", name=op.f("uq_totp_user_id")),
    )
    op.create_table(
        "visit",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("stay", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_visit_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("token", name=op.f("uq_visit_token")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_user_id"), ["user_id"], unique=False)

    op.create_table(
        "act",
        sa.Column(
            "kind",
            sa.Enum(
                "deliberation",
                "report",
                "note",
                "draft",
                "minutes",
                "agreement",
                "call",
                "order",
                name="actkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "on_agenda",
                "withdrawn",
                "postponed",
                "adopted",
                "rejected",
                "signed",
                "transmitted",
                "published",
                "enforceable",
                "amended",
                "repealed",
                "annulled",
                name="actstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_key", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("assembly", sa.Text(), nullable=False),
        sa.Column("assembly_id", sa.Integer(), nullable=True),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("adopted_words", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("visas", sa.JSON(), nullable=False),
        sa.Column("considerations", sa.JSON(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("printed", sa.JSON(), nullable=False),
        sa.Column("commission", sa.Text(), nullable=True),
        sa.Column("opinions", sa.JSON(), nullable=False),
        sa.Column("in_office", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("proxies", sa.Integer(), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstentions", sa.Integer(), nullable=True),
        sa.Column("not_voting", sa.Integer(), nullable=True),
        sa.Column(
            "vote_mode",
            sa.Enum(
                "public",
                "secret",
                name="votemode",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "casting_vote",
            sa.Enum(
                "for",
                "against",
                name="casting",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("vote_words", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("transmitted_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("prefecture_id", sa.Text(), nullable=True),
        sa.Column("matter_code", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("budget_year", sa.Text(), nullable=True),
        sa.Column("budget_name", sa.Text(), nullable=True),
        sa.Column("court", sa.Text(), nullable=True),
        sa.Column("court_address", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "casting_vote IS NULL OR (votes_for = votes_against AND vote_mode = 'public')",
            name=op.f("ck_act_casting_vote"),
        ),
        sa.CheckConstraint(
            "coalesce(votes_for, 0) >= 0 AND coalesce(votes_against, 0) >= 0 AND coalesce(abstentions, 0) >= 0 AND coalesce(not_voting, 0) >= 0",
            name=op.f("ck_act_counts"),
        ),
        sa.CheckConstraint(
            "present IS NULL OR proxies IS NULL OR coalesce(votes_for, 0) + coalesce(votes_against, 0) + coalesce(abstentions, 0) + coalesce(not_voting, 0) <= present + proxies",
            name=op.f("ck_act_ballots"),
        ),
        sa.ForeignKeyConstraint(["assembly_id"], ["assembly.id"], name=op.f("fk_act_assembly_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_act_author_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["stored_file.id"], name=op.f("fk_act_document_id")
        ),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_act_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sa.UniqueConstraint(
            "assembly_id", "kind", "number_key", name=op.f("uq_act_assembly_id_kind_number_key")
        ),
        sa.UniqueConstraint("external_ref", name=op.f("uq_act_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_act_key")),
    )
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_act_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_act_sitting_id"), ["sitting_id"], unique=False)

    op.create_table(
        "became",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["source_document.id"], name=op.f("fk_became_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_became")),
        sa.UniqueConstraint(
            "document_id",
            "subject_kind",
            "subject_id",
            name=op.f("uq_became_document_id_subject_kind_subject_id"),
        ),
    )
    with op.batch_alter_table("became", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_became_document_id"), ["document_id"], unique=False)
        batch_op.create_index("ix_became_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("facilitator_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "publish",
                "refuse",
                "keep",
                "restrict",
                "restore",
                "redact",
                "reinstate",
                "set_aside",
                "bring_back",
                "suspend",
                "lift",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum(
                "insult",
                "hatred",
                "threat",
                "privacy",
                "advertising",
                "unlawful",
                "off_topic",
                "repeated",
                "unreadable",
                "child_abuse",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "aim",
            sa.Enum(
                "person",
                "group",
                "nobody",
                "conduct",
                name="aim",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "origin",
            sa.Enum(
                "own", "notice", name="origin", native_enum=False, create_constraint=True, length=30
            ),
            nullable=True,
        ),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("reasons_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum(
                "danger",
                "unlawful",
                "other",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'suspend') = (until IS NOT NULL) AND (verdict IN ('suspend', 'lift')) = (person_id IS NOT NULL)",
            name=op.f("ck_decision_suspension"),
        ),
        sa.CheckConstraint("aim IS NULL OR aim <> 'conduct'", name=op.f("ck_decision_criticism")),
        sa.CheckConstraint(
            "ground IS NULL OR ground <> 'off_topic' OR verdict = 'set_aside'",
            name=op.f("ck_decision_off_topic"),
        ),
        sa.CheckConstraint(
            "verdict NOT IN ('refuse', 'restrict', 'redact', 'set_aside', 'suspend') OR (ground IS NOT NULL AND aim IS NOT NULL AND origin IS NOT NULL AND reasons_id IS NOT NULL AND appeal_until IS NOT NULL)",
            name=op.f("ck_decision_reasons"),
        ),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["user.id"], name=op.f("fk_decision_facilitator_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_decision_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_decision_post_id")),
        sa.ForeignKeyConstraint(
            ["reasons_id"], ["reasons.id"], name=op.f("fk_decision_reasons_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("id", "facilitator_id", name=op.f("uq_decision_id_facilitator_id")),
        sa.UniqueConstraint("reasons_id", name=op.f("uq_decision_reasons_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_decision_receipt")),
        info={"append_only": True},
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_month", ["month", "verdict"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_post_id"), ["post_id"], unique=False)

    op.create_table(
        "flag",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "honeypot",
                "haste",
                "unproven",
                "links",
                "alike",
                "disposable",
                "burst",
                name="flagkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cleared_at IS NULL OR (cleared_by_id IS NOT NULL AND trim(words) <> '')",
            name=op.f("ck_flag_cleared"),
        ),
        sa.ForeignKeyConstraint(["cleared_by_id"], ["user.id"], name=op.f("fk_flag_cleared_by_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_flag_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("post_id", "kind", "mark", name=op.f("uq_flag_post_id_kind_mark")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(
            "ix_flag_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )

    op.create_table(
        "image",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("thumbnail_id", sa.Integer(), nullable=True),
        sa.Column("alternative", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_image_file_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_image_post_id")),
        sa.ForeignKeyConstraint(
            ["thumbnail_id"], ["stored_file.id"], name=op.f("fk_image_thumbnail_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
    )
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_image_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_image_thumbnail_id"), ["thumbnail_id"], unique=False)

    op.create_table(
        "measure",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("territory_key", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column(
            "quality",
            sa.Enum(
                "official",
                "estimate",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("gap_words", sa.Text(), nullable=False),
        sa.Column("gap_number", sa.String(length=40), nullable=True),
        sa.Column("gap_unit", sa.Text(), nullable=False),
        sa.Column("gap_sign", sa.Text(), nullable=False),
        sa.Column("reference_id", sa.Integer(), nullable=True),
        sa.Column("is_total", sa.Boolean(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("territory <> ''", name=op.f("ck_measure_territory")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_measure_author_id")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_measure_indicator_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_measure_place_id")),
        sa.ForeignKeyConstraint(
            ["reference_id"], ["measure.id"], name=op.f("fk_measure_reference_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_measure_external_ref")),
        sa.UniqueConstraint(
            "indicator_id", "territory_key", "category", "period", "source", name="uq_measure_once"
        ),
        info={"append_only": True},
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_indicator_id"), ["indicator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_place_id"), ["place_id"], unique=False)

    op.create_table(
        "proxy",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("giver_key", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_proxy_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy")),
        sa.UniqueConstraint("sitting_id", "giver_key", name=op.f("uq_proxy_sitting_id_giver_key")),
    )
    op.create_table(
        "slip",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=False),
        sa.Column("collected_at", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_slip_agent_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_slip_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("post_id", name=op.f("uq_slip_post_id")),
    )
    with op.batch_alter_table("slip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slip_number"), ["number"], unique=False)

    op.create_table(
        "version",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["user.id"], name=op.f("fk_version_editor_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_version_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_version_post_id_number")),
    )
    op.create_table(
        "act_link",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column(
            "tie",
            sa.Enum(
                "follows",
                "amends",
                "repeals",
                name="tie",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("act_id <> earlier_id", name=op.f("ck_act_link_two_acts")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_act_link_act_id")),
        sa.ForeignKeyConstraint(["earlier_id"], ["act.id"], name=op.f("fk_act_link_earlier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_link")),
        sa.UniqueConstraint(
            "act_id", "earlier_id", "tie", name=op.f("uq_act_link_act_id_earlier_id_tie")
        ),
    )
    with op.batch_alter_table("act_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_act_link_act_id"), ["act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_act_link_earlier_id"), ["earlier_id"], unique=False)

    op.create_table(
        "act_person",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "rapporteur",
                "presenter",
                "signatory",
                name="part",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_act_person_act_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_person")),
    )
    with op.batch_alter_table("act_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_act_person_act_id"), ["act_id"], unique=False)

    op.create_table(
        "act_place",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_act_place_act_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_act_place_place_id")),
        sa.PrimaryKeyConstraint("act_id", "place_id", name=op.f("pk_act_place")),
    )
    with op.batch_alter_table("act_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_act_place_place_id"), ["place_id"], unique=False)

    op.create_table(
        "act_remark",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "correction",
                "annulment",
                "offline",
                name="remark",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_act_remark_reason")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_act_remark_act_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_act_remark_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_remark")),
        info={"append_only": True},
    )
    with op.batch_alter_table("act_remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_act_remark_act_id"), ["act_id"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "listed",
                "examined",
                "withdrawn",
                "postponed",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("interested", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("present IS NULL OR present >= 0", name=op.f("ck_agenda_item_present")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_agenda_item_act_id")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_agenda_item_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("key", name=op.f("uq_agenda_item_key")),
        sa.UniqueConstraint("sitting_id", "act_id", name=op.f("uq_agenda_item_sitting_id_act_id")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_act_id"), ["act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_sitting_id"), ["sitting_id"], unique=False)

    op.create_table(
        "annex",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_annex_act_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_annex_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annex")),
        sa.UniqueConstraint("act_id", "external_ref", name=op.f("uq_annex_act_id_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_annex_key")),
    )
    with op.batch_alter_table("annex", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_annex_act_id"), ["act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_annex_file_id"), ["file_id"], unique=False)

    op.create_table(
        "correction",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column(
            "quality",
            sa.Enum(
                "official",
                "estimate",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_correction_reason")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_correction_author_id")),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_correction_measure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("key", name=op.f("uq_correction_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_measure_id"), ["measure_id"], unique=False)

    op.create_table(
        "generation",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department",
                "grouping",
                "commune",
                "priority",
                "watched",
                "district",
                "site",
                name="placekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("period_words", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("number_words", sa.Text(), nullable=False),
        sa.Column("communes", sa.Integer(), nullable=True),
        sa.Column("communes_words", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_words", sa.Text(), nullable=False),
        sa.Column("share_permille", sa.Integer(), nullable=True),
        sa.Column("share_words", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "coalesce(number, 0) >= 0 AND coalesce(communes, 0) >= 0 AND coalesce(population, 0) >= 0 AND coalesce(share_permille, 0) BETWEEN 0 AND 1000",
            name=op.f("ck_generation_totals"),
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_generation_act_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_generation_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_generation_external_ref")),
        sa.UniqueConstraint(
            "kind", "place_id", "starts_on", name=op.f("uq_generation_kind_place_id_starts_on")
        ),
        sa.UniqueConstraint("slug", name=op.f("uq_generation_slug")),
    )
    with op.batch_alter_table("generation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_generation_place_id"), ["place_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum(
                "danger",
                "unlawful",
                "other",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum(
                "insult",
                "hatred",
                "threat",
                "privacy",
                "advertising",
                "unlawful",
                "off_topic",
                "repeated",
                "unreadable",
                "child_abuse",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("in_good_faith", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("dismissed_by_id", sa.Integer(), nullable=True),
        sa.Column("dismissed_words", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_at IS NULL OR decision_id IS NOT NULL OR erased_at IS NOT NULL OR (dismissed_by_id IS NOT NULL AND trim(dismissed_words) <> '')",
            name=op.f("ck_notice_answered"),
        ),
        sa.CheckConstraint(
            "ground = 'child_abuse' OR reporter_id IS NOT NULL OR erased_at IS NOT NULL OR (trim(coalesce(name, '')) <> '' AND trim(coalesce(email, '')) <> '')",
            name=op.f("ck_notice_signed"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (minutes IS NULL)", name=op.f("ck_notice_measured")
        ),
        sa.CheckConstraint("in_good_faith", name=op.f("ck_notice_good_faith")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_notice_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["dismissed_by_id"], ["user.id"], name=op.f("fk_notice_dismissed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name=op.f("fk_notice_image_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_notice_post_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["user.id"], name=op.f("fk_notice_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("id", "dismissed_by_id", name=op.f("uq_notice_id_dismissed_by_id")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_notice_receipt")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index("ix_notice_month", ["month"], unique=False)
        batch_op.create_index(
            "ix_notice_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_notice_post_id"), ["post_id"], unique=False)

    op.create_table(
        "programme",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "contract",
                "renewal",
                "roadmap",
                "innovation",
                "mission",
                "other",
                name="programmekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "unknown",
                "prepared",
                "running",
                "closing",
                "closed",
                name="programmestate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("period_words", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("legal_framework", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("participants_words", sa.Text(), nullable=False),
        sa.Column("owner_words", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("closing_report", sa.Text(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("successor_words", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR (closing_report <> '' AND (successor_id IS NOT NULL OR successor_words <> '')))",
            name=op.f("ck_programme_closed_with_a_report"),
        ),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_programme_not_its_own_parent")
        ),
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on",
            name=op.f("ck_programme_order"),
        ),
        sa.CheckConstraint(
            "successor_id IS NULL OR successor_id <> id", name=op.f("ck_programme_succeeds_itself")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_programme_act_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_programme_author_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisation.id"], name=op.f("fk_programme_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["programme.id"], name=op.f("fk_programme_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["programme.id"], name=op.f("fk_programme_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_programme_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_slug")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column(
            "what",
            sa.Enum(
                "act",
                "list",
                "minutes",
                name="online",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(what = 'act' AND act_id IS NOT NULL AND sitting_id IS NULL) OR (what <> 'act' AND act_id IS NULL AND sitting_id IS NOT NULL)",
            name=op.f("ck_publication_of_what"),
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_publication_act_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_publication_author_id")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_publication_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_publication_sitting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("sitting_id", "what", name=op.f("uq_publication_sitting_id_what")),
        info={"append_only": True},
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_act_id"), ["act_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("duration_words", sa.Text(), nullable=False),
        sa.Column("signed_words", sa.Text(), nullable=False),
        sa.Column("criteria_words", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_agreement_act_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_agreement_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_agreement_external_ref")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreement_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "amendment",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum(
                "pending",
                "adopted",
                "rejected",
                "withdrawn",
                name="fate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_amendment_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("key", name=op.f("uq_amendment_key")),
    )
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_item_id"), ["item_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("receipt", sa.String(length=12), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "paper",
                "meeting",
                "phone",
                "counter",
                "import",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column(
            "conclusion",
            sa.Enum(
                "upheld",
                "reversed",
                name="conclusion",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_words", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'web') = (entered_by_id IS NULL)", name=op.f("ck_appeal_entered")
        ),
        sa.CheckConstraint(
            "(conclusion IS NULL) = (decided_at IS NULL) AND (conclusion IS NULL) = (decided_by_id IS NULL) AND (conclusion IS NULL) = (minutes IS NULL) AND (conclusion IS NULL OR erased_at IS NOT NULL OR trim(decided_words) <> '')",
            name=op.f("ck_appeal_reasoned"),
        ),
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR trim(words) <> ''", name=op.f("ck_appeal_said")
        ),
        sa.CheckConstraint(
            "(decision_id IS NULL) <> (notice_id IS NULL)",
            name=op.f("ck_appeal_one_thing_contested"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> first_id", name=op.f("ck_appeal_another")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_appeal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id", "first_id"],
            ["decision.id", "decision.facilitator_id"],
            name="fk_appeal_first_decision",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["user.id"], name=op.f("fk_appeal_entered_by_id")
        ),
        sa.ForeignKeyConstraint(["first_id"], ["user.id"], name=op.f("fk_appeal_first_id")),
        sa.ForeignKeyConstraint(
            ["notice_id", "first_id"],
            ["notice.id", "notice.dismissed_by_id"],
            name="fk_appeal_first_notice",
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_appeal_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeal_decision_id")),
        sa.UniqueConstraint("key", name=op.f("uq_appeal_key")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_appeal_notice_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_appeal_receipt")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index("ix_appeal_month", ["month"], unique=False)

    op.create_table(
        "place_change",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "entering",
                "leaving",
                "enlarged",
                "reduced",
                "unchanged",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("act_words", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_place_change_act_id")),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_place_change_generation_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_change_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_change")),
        sa.UniqueConstraint(
            "generation_id", "place_id", name=op.f("uq_place_change_generation_id_place_id")
        ),
    )
    with op.batch_alter_table("place_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_change_place_id"), ["place_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "adopted",
                "published",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.JSON(), nullable=True),
        sa.Column("imprint", sa.Text(), nullable=False),
        sa.Column("stale_after_days", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'draft' OR act_id IS NOT NULL", name=op.f("ck_plan_adopted_by_an_act")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_plan_act_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_plan_author_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_plan_place_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_plan_programme_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["stored_file.id"], name=op.f("fk_plan_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_plan_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_plan_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_plan_slug")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "programme_amount",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column(
            "nature",
            sa.Enum(
                "forecast",
                "voted",
                "committed",
                "spent",
                "unknown",
                name="nature",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("date_words", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_amount_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_amount")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_amount_external_ref")),
    )
    with op.batch_alter_table("programme_amount", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_amount_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_body",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_programme_body_body_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_body_programme_id")
        ),
        sa.PrimaryKeyConstraint("programme_id", "body_id", name=op.f("pk_programme_body")),
    )
    with op.batch_alter_table("programme_body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_body_body_id"), ["body_id"], unique=False)

    op.create_table(
        "programme_call",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("launched_by", sa.Text(), nullable=False),
        sa.Column("period_words", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Text(), nullable=False),
        sa.Column("duration_words", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("experimenters", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 240", name=op.f("ck_programme_call_months")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_programme_call_act_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_call_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_call")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_call_external_ref")),
    )
    with op.batch_alter_table("programme_call", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_call_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_component",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 100", name=op.f("ck_programme_component_per_cent")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_component_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_component")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_component_external_ref")),
    )
    with op.batch_alter_table("programme_component", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_component_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_finding",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "strength",
                "weakness",
                "dysfunction",
                "risk",
                "vigilance",
                name="findingkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_programme_finding_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_finding_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_finding")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_finding_external_ref")),
    )
    with op.batch_alter_table("programme_finding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_finding_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_method",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "interview",
                "workshop",
                "meeting",
                "visit",
                "survey",
                "evaluation",
                "feedback",
                "other",
                name="methodkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("quantity_words", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("date_words", sa.Text(), nullable=False),
        sa.Column("place_words", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "quantity >= 0 AND capacity >= 0", name=op.f("ck_programme_method_counts")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_method_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_method")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_method_external_ref")),
    )
    with op.batch_alter_table("programme_method", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_method_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_objective",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_objective_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_objective")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_objective_external_ref")),
    )
    with op.batch_alter_table("programme_objective", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_objective_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_participant",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["body.id"], name=op.f("fk_programme_participant_body_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_programme_participant_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_participant_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_participant")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_participant_external_ref")),
    )
    with op.batch_alter_table("programme_participant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_participant_organisation_id"),
            ["organisation_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_programme_participant_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_phase",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "diagnosis",
                "review",
                "orientations",
                "submission",
                "instruction",
                "vote",
                "works",
                "evaluation",
                "other",
                name="phasekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("start_words", sa.Text(), nullable=False),
        sa.Column("end_words", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on",
            name=op.f("ck_programme_phase_order"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_phase_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_phase")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_phase_external_ref")),
    )
    with op.batch_alter_table("programme_phase", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_phase_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_place",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_programme_place_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_place_programme_id")
        ),
        sa.PrimaryKeyConstraint("programme_id", "place_id", name=op.f("pk_programme_place")),
    )
    with op.batch_alter_table("programme_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_place_place_id"), ["place_id"], unique=False)

    op.create_table(
        "programme_remaining",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "issue",
                "action",
                name="remainingkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "open",
                "reattached",
                "dropped",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("outcome_words", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome = 'open' OR outcome_words <> ''", name=op.f("ck_programme_remaining_said")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_remaining_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_remaining")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_remaining_external_ref")),
        sa.UniqueConstraint(
            "programme_id", "action_id", name=op.f("uq_programme_remaining_programme_id_action_id")
        ),
    )
    with op.batch_alter_table("programme_remaining", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_remaining_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "programme_stocktake",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("by_words", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("by_words <> ''", name=op.f("ck_programme_stocktake_by_somebody")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_programme_stocktake_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_stocktake_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_stocktake")),
        sa.UniqueConstraint("key", name=op.f("uq_programme_stocktake_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("programme_stocktake", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_stocktake_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "action",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("dates_words", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("periodicity", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column(
            "progress",
            sa.Enum(
                "done",
                "well_advanced",
                "started",
                "planned",
                "suspended",
                "abandoned",
                "unknown",
                name="progress",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "starts_on IS NULL OR due_on IS NULL OR starts_on <= due_on",
            name=op.f("ck_action_order"),
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["user.id"], name=op.f("fk_action_pilot_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_action_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("key", name=op.f("uq_action_key")),
        sa.UniqueConstraint("plan_id", "external_ref", name=op.f("uq_action_plan_id_external_ref")),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_pilot_id"), ["pilot_id"], unique=False)
        batch_op.create_index("ix_action_standing", ["plan_id", "progress", "due_on"], unique=False)

    op.create_table(
        "agreement_assessment",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_assessment_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_assessment")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_agreement_assessment_external_ref")),
    )
    with op.batch_alter_table("agreement_assessment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreement_assessment_agreement_id"), ["agreement_id"], unique=False
        )

    op.create_table(
        "agreement_criterion",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "operator",
            sa.Enum(
                ">",
                ">=",
                "<",
                "<=",
                name="operator",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(operator IS NULL) = (value = '')", name=op.f("ck_agreement_criterion_all_or_nothing")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_criterion_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_criterion")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_agreement_criterion_external_ref")),
    )
    with op.batch_alter_table("agreement_criterion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreement_criterion_agreement_id"), ["agreement_id"], unique=False
        )

    op.create_table(
        "agreement_signatory",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("signed_words", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_signatory_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agreement_signatory_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signatory")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_agreement_signatory_external_ref")),
    )
    with op.batch_alter_table("agreement_signatory", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreement_signatory_agreement_id"), ["agreement_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreement_signatory_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "call_candidate",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "candidate",
                "laureate",
                "not_chosen",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("strengths", sa.JSON(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["programme_call.id"], name=op.f("fk_call_candidate_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_call_candidate_place_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_candidate")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_call_candidate_external_ref")),
    )
    with op.batch_alter_table("call_candidate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_candidate_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_candidate_place_id"), ["place_id"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column(
            "legal_nature",
            sa.Enum(
                "open_consultation",
                "environment",
                "planning",
                "participatory_budget",
                "survey",
                "preference_vote",
                name="legalnature",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("offline", sa.Text(), nullable=False),
        sa.Column("privacy", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("period_words", sa.Text(), nullable=True),
        sa.Column("participation_words", sa.Text(), nullable=True),
        sa.Column(
            "moderation",
            sa.Enum(
                "before",
                "after",
                name="moderation",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "identity",
            sa.Enum(
                "none",
                "email",
                "declared",
                "letter",
                "oidc",
                "desk",
                name="identity",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("proves_comments", sa.Boolean(), nullable=False),
        sa.Column("perimeter", sa.Text(), nullable=False),
        sa.Column("postcodes", sa.Text(), nullable=False),
        sa.Column("is_for_insiders", sa.Boolean(), nullable=False),
        sa.Column(
            "youngest",
            sa.Enum(
                "under_15",
                "from_15",
                "adult",
                name="agebracket",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("dpia_on", sa.Date(), nullable=True),
        sa.Column("dpia_by", sa.Text(), nullable=False),
        sa.Column("support_limit", sa.Integer(), nullable=True),
        sa.Column("hides_counts", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "results",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("evaluates_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results_words", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("dpia_on IS NULL OR dpia_by <> ''", name=op.f("ck_campaign_dpia")),
        sa.CheckConstraint("identity IN ('none', 'email')", name=op.f("ck_campaign_base_identity")),
        sa.CheckConstraint(
            "state <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_words <> '')",
            name=op.f("ck_campaign_cancelled"),
        ),
        sa.CheckConstraint(
            "state <> 'results' OR results_at IS NOT NULL", name=op.f("ck_campaign_results")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_campaign_published")
        ),
        sa.CheckConstraint(
            "support_limit IS NULL OR support_limit > 0", name=op.f("ck_campaign_support_limit")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_campaign_author_id")),
        sa.ForeignKeyConstraint(
            ["evaluates_id"], ["plan.id"], name=op.f("fk_campaign_evaluates_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_campaign_external_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_campaign_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaign_slug")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_evaluates_id"), ["evaluates_id"], unique=False
        )

    op.create_table(
        "edition",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("as_of_words", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_edition_author_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_edition_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("key", name=op.f("uq_edition_key")),
        sa.UniqueConstraint("plan_id", "slug", name=op.f("uq_edition_plan_id_slug")),
        info={"append_only": True},
    )
    op.create_table(
        "engagement",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["engagement.id"], name=op.f("fk_engagement_parent_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_engagement_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("key", name=op.f("uq_engagement_key")),
        sa.UniqueConstraint(
            "plan_id", "external_ref", name=op.f("uq_engagement_plan_id_external_ref")
        ),
    )
    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagement_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "indicator_plan",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_plan_indicator_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_indicator_plan_plan_id")),
        sa.PrimaryKeyConstraint("indicator_id", "plan_id", name=op.f("pk_indicator_plan")),
    )
    with op.batch_alter_table("indicator_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_plan_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "picture",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "photo",
                "projection",
                "map",
                "drawing",
                name="picturekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("alternative", sa.Text(), nullable=False),
        sa.Column("is_decorative", sa.Boolean(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "file_id IS NULL OR (credit <> '' AND (alternative <> '' OR is_decorative))",
            name=op.f("ck_picture_words_and_credit"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_picture_file_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_picture_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
    )
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picture_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "adopted",
                "midterm",
                "other",
                name="versionkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("as_of_words", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_plan_version_number")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_plan_version_author_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_version_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint("key", name=op.f("uq_plan_version_key")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_version_plan_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "programme_deed",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("objective_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("date_words", sa.Text(), nullable=False),
        sa.Column(
            "doneness",
            sa.Enum(
                "unknown",
                "done",
                "not_done",
                name="doneness",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("beneficiaries", sa.Integer(), nullable=True),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("housing", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("beneficiaries >= 0", name=op.f("ck_programme_deed_counts")),
        sa.ForeignKeyConstraint(
            ["objective_id"],
            ["programme_objective.id"],
            name=op.f("fk_programme_deed_objective_id"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_deed_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_deed")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_programme_deed_external_ref")),
    )
    with op.batch_alter_table("programme_deed", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_deed_objective_id"), ["objective_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_programme_deed_programme_id"), ["programme_id"], unique=False
        )

    op.create_table(
        "action_place",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_place_action_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_action_place_place_id")),
        sa.PrimaryKeyConstraint("action_id", "place_id", name=op.f("pk_action_place")),
    )
    with op.batch_alter_table("action_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_place_place_id"), ["place_id"], unique=False)

    op.create_table(
        "actor_role",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_actor_role_action_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_actor_role_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor_role")),
        sa.UniqueConstraint(
            "action_id", "organisation_id", name=op.f("uq_actor_role_action_id_organisation_id")
        ),
    )
    with op.batch_alter_table("actor_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_actor_role_action_id"), ["action_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_actor_role_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "call_experiment",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("experimenter", sa.Text(), nullable=False),
        sa.Column("start_words", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["programme_call.id"], name=op.f("fk_call_experiment_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["call_candidate.id"], name=op.f("fk_call_experiment_candidate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_experiment")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_call_experiment_external_ref")),
    )
    with op.batch_alter_table("call_experiment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_experiment_call_id"), ["call_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_call_experiment_candidate_id"), ["candidate_id"], unique=False
        )

    op.create_table(
        "campaign_document",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_document_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_campaign_document_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_document")),
    )
    with op.batch_alter_table("campaign_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_document_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "campaign_place",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_place_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_campaign_place_place_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "place_id", name=op.f("pk_campaign_place")),
    )
    with op.batch_alter_table("campaign_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_place_place_id"), ["place_id"], unique=False)

    op.create_table(
        "campaign_rules",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_campaign_rules_reason")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_campaign_rules_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_rules_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_rules")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_campaign_rules_campaign_id_number")
        ),
        info={"append_only": True},
    )
    op.create_table(
        "contribution_group",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dissolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_contribution_group_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_group")),
        sa.UniqueConstraint("key", name=op.f("uq_contribution_group_key")),
    )
    with op.batch_alter_table("contribution_group", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contribution_group_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "delay",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_delay_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delay")),
        sa.UniqueConstraint("campaign_id", "days", name=op.f("uq_delay_campaign_id_days")),
    )
    op.create_table(
        "expression",
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("act_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("max_characters", sa.Integer(), nullable=False),
        sa.Column(
            "order",
            sa.Enum(
                "seats", "drawn", name="order", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("\"order\" = 'seats' OR seed <> ''", name=op.f("ck_expression_drawn")),
        sa.CheckConstraint(
            "(CASE WHEN plan_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN edition_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN act_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_expression_one_page"),
        ),
        sa.CheckConstraint("max_characters > 0", name=op.f("ck_expression_room")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_expression_act_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_expression_author_id")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_expression_edition_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_expression_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expression")),
        sa.UniqueConstraint("act_id", name=op.f("uq_expression_act_id")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_expression_edition_id")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_expression_plan_id")),
    )
    op.create_table(
        "guarantor_report",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "number = 1 OR trim(reason) <> ''", name=op.f("ck_guarantor_report_reason")
        ),
        sa.CheckConstraint(
            "number >= 1 AND trim(words) <> ''", name=op.f("ck_guarantor_report_said")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_guarantor_report_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_id"], ["user.id"], name=op.f("fk_guarantor_report_guarantor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantor_report")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_guarantor_report_campaign_id_number")
        ),
        info={"append_only": True},
    )
    op.create_table(
        "import",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("format", sa.String(length=30), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("tallies", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "finished_at IS NULL OR confirmed_at IS NOT NULL", name=op.f("ck_import_confirmed")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_import_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_import_campaign_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_import_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
        sa.UniqueConstraint("key", name=op.f("uq_import_key")),
    )
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(
            "ix_import_waiting",
            ["confirmed_at"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NOT NULL AND finished_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL AND finished_at IS NULL"),
        )

    op.create_table(
        "indicator_action",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_indicator_action_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_action_indicator_id")
        ),
        sa.PrimaryKeyConstraint("indicator_id", "action_id", name=op.f("pk_indicator_action")),
    )
    with op.batch_alter_table("indicator_action", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_indicator_action_action_id"), ["action_id"], unique=False
        )

    op.create_table(
        "invitation",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "name",
            sa.Enum(
                "facilitator",
                "council",
                "guarantor",
                "administrator",
                name="rolename",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user.id"], name=op.f("fk_invitation_invited_by_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_invitation_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_table(
        "letter_series",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_letter_series_size")),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_letter_series_agent_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_letter_series_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_series")),
        sa.UniqueConstraint("key", name=op.f("uq_letter_series_key")),
    )
    with op.batch_alter_table("letter_series", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_letter_series_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "phase",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "propose",
                "discuss",
                "vote",
                "answer",
                "follow_up",
                name="phasekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closes_at IS NULL OR closes_at > opens_at", name=op.f("ck_phase_order")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_phase_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("campaign_id", "kind", name=op.f("uq_phase_campaign_id_kind")),
    )
    op.create_table(
        "plan_campaign",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_plan_campaign_campaign_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_campaign_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "campaign_id", name=op.f("pk_plan_campaign")),
    )
    with op.batch_alter_table("plan_campaign", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plan_campaign_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "poll",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "one",
                "approval",
                "points",
                "envelope",
                "judgment",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("envelope_cents", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("can_change", sa.Boolean(), nullable=False),
        sa.Column("shows_turnout", sa.Boolean(), nullable=False),
        sa.Column("electorate", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "announced",
                "counted",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms_sha256", sa.String(length=64), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "method <> 'envelope' OR envelope_cents IS NOT NULL", name=op.f("ck_poll_budget")
        ),
        sa.CheckConstraint(
            "state <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_words <> '')",
            name=op.f("ck_poll_cancelled"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (announced_at IS NOT NULL AND terms_sha256 IS NOT NULL)",
            name=op.f("ck_poll_announced"),
        ),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_poll_order")),
        sa.CheckConstraint("envelope_cents > 0", name=op.f("ck_poll_envelope")),
        sa.CheckConstraint("most > 0", name=op.f("ck_poll_most")),
        sa.CheckConstraint("seats > 0", name=op.f("ck_poll_seats")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_poll_author_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_poll_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("key", name=op.f("uq_poll_key")),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "promise",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(engagement_id IS NULL) <> (action_id IS NULL)",
            name=op.f("ck_promise_engagement_or_action"),
        ),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_promise_action_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_promise_engagement_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_promise_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("action_id", name=op.f("uq_promise_action_id")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_promise_engagement_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "proof",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "way",
            sa.Enum(
                "none",
                "email",
                "declared",
                "letter",
                "oidc",
                "desk",
                name="identity",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("voter_key", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.Column("home_key", sa.String(length=64), nullable=True),
        sa.Column("is_inside", sa.Boolean(), nullable=True),
        sa.Column(
            "bracket",
            sa.Enum(
                "under_15",
                "from_15",
                "adult",
                name="agebracket",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aside_by_id", sa.Integer(), nullable=True),
        sa.Column("aside_words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(aside_at IS NULL) = (aside_by_id IS NULL) AND (aside_at IS NOT NULL OR aside_words = '')",
            name=op.f("ck_proof_aside"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_proof_agent_id")),
        sa.ForeignKeyConstraint(["aside_by_id"], ["user.id"], name=op.f("fk_proof_aside_by_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_proof_campaign_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_proof_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint(
            "campaign_id", "source_key", name=op.f("uq_proof_campaign_id_source_key")
        ),
        sa.UniqueConstraint("campaign_id", "user_id", name=op.f("uq_proof_campaign_id_user_id")),
        sa.UniqueConstraint(
            "campaign_id", "voter_key", name=op.f("uq_proof_campaign_id_voter_key")
        ),
    )
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.create_index("ix_proof_home", ["campaign_id", "home_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_proof_user_id"), ["user_id"], unique=False)

    op.create_table(
        "proof_parted",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_proof_parted_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_parted")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_proof_parted_campaign_id_key")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "ask",
                "contest",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "contested",
            sa.Enum(
                "done",
                "well_advanced",
                "started",
                "planned",
                "suspended",
                "abandoned",
                "unknown",
                name="progress",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose <> 'contest' OR contested IS NOT NULL",
            name=op.f("ck_question_what_is_contested"),
        ),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_question_action_id")),
        sa.ForeignKeyConstraint(["id"], ["post.id"], name=op.f("fk_question_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_question_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index("ix_question_action", ["action_id", "id"], unique=False)
        batch_op.create_index("ix_question_plan", ["plan_id", "answered_at", "id"], unique=False)

    op.create_table(
        "rendezvous",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.String(length=5), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column(
            "rhythm",
            sa.Enum(
                "date",
                "weekday",
                name="rhythm",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("except_on", sa.JSON(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= first_on", name=op.f("ck_rendezvous_order")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_rendezvous_action_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_rendezvous_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendezvous")),
        sa.UniqueConstraint("action_id", "name", name=op.f("uq_rendezvous_action_id_name")),
    )
    with op.batch_alter_table("rendezvous", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rendezvous_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "report_draft",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_report_draft_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_draft")),
        sa.UniqueConstraint("campaign_id", name=op.f("uq_report_draft_campaign_id")),
    )
    op.create_table(
        "revision",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_revision_reason")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_revision_action_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_revision_author_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_revision_engagement_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_revision_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        info={"append_only": True},
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_action_id"), ["action_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_revision_engagement_id"), ["engagement_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_revision_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "name",
            sa.Enum(
                "facilitator",
                "council",
                "guarantor",
                "administrator",
                name="rolename",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "campaign_id IS NULL OR plan_id IS NULL", name=op.f("ck_role_one_scope")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_role_campaign_id")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["user.id"], name=op.f("fk_role_granted_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_role_plan_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_role_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_user_id"), ["user_id"], unique=False)

    op.create_table(
        "see_also",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_see_also_action_id")),
        sa.ForeignKeyConstraint(["other_id"], ["action.id"], name=op.f("fk_see_also_other_id")),
        sa.PrimaryKeyConstraint("action_id", "other_id", name=op.f("pk_see_also")),
    )
    op.create_table(
        "serves",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_serves_action_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_serves_engagement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serves")),
        sa.UniqueConstraint(
            "action_id", "engagement_id", name=op.f("uq_serves_action_id_engagement_id")
        ),
    )
    with op.batch_alter_table("serves", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_serves_engagement_id"), ["engagement_id"], unique=False
        )

    op.create_table(
        "sheet",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("thematic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "announced",
                "published",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'announced' OR title <> ''", name=op.f("ck_sheet_published_with_a_title")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_sheet_engagement_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_sheet_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint("key", name=op.f("uq_sheet_key")),
        sa.UniqueConstraint("plan_id", "external_ref", name=op.f("uq_sheet_plan_id_external_ref")),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_engagement_id"), ["engagement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheet_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "sign_off",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "publication",
            sa.Enum(
                "plan",
                "edition",
                "results",
                name="publication",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "name <> '' AND quality <> '' AND reason <> ''", name=op.f("ck_sign_off_named")
        ),
        sa.CheckConstraint(
            "(plan_id IS NULL) <> (campaign_id IS NULL)", name=op.f("ck_sign_off_of_one")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_sign_off_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_sign_off_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["electoral_period.id"], name=op.f("fk_sign_off_period_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_sign_off_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("key", name=op.f("uq_sign_off_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_off_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_off_period_id"), ["period_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_off_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "status_report",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "progress",
            sa.Enum(
                "done",
                "well_advanced",
                "started",
                "planned",
                "suspended",
                "abandoned",
                "unknown",
                name="progress",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("effective_words", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "effective_on IS NOT NULL OR effective_words <> ''", name=op.f("ck_status_report_dated")
        ),
        sa.CheckConstraint(
            "progress NOT IN ('abandoned', 'suspended') OR words <> ''",
            name=op.f("ck_status_report_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_status_report_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_status_report_author_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_status_report_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_report")),
        sa.UniqueConstraint("key", name=op.f("uq_status_report_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("status_report", schema=None) as batch_op:
        batch_op.create_index("ix_status_report_action", ["action_id", "id"], unique=False)
        batch_op.create_index("ix_status_report_plan", ["plan_id", "id"], unique=False)

    op.create_table(
        "tally",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "pending",
                "published",
                "refused",
                "restricted",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_tally_number")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_tally_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint(
            "campaign_id",
            "theme_id",
            "status",
            "outcome",
            name=op.f("uq_tally_campaign_id_theme_id_status_outcome"),
        ),
    )
    op.create_table(
        "theme",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_theme_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("campaign_id", "title", name=op.f("uq_theme_campaign_id_title")),
    )
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "amount",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("sheet_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "forecast",
                "voted",
                "committed",
                "spent",
                "unknown",
                name="nature",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("dates_words", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("replaces_id IS NULL OR reason <> ''", name=op.f("ck_amount_reason")),
        sa.CheckConstraint("words <> ''", name=op.f("ck_amount_words")),
        sa.CheckConstraint(
            "(CASE WHEN engagement_id IS NULL THEN 0 ELSE 1 END + CASE WHEN action_id IS NULL THEN 0 ELSE 1 END + CASE WHEN sheet_id IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_amount_one_subject"),
        ),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_amount_action_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_amount_author_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_amount_engagement_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_amount_plan_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["amount.id"], name=op.f("fk_amount_replaces_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_amount_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amount")),
        sa.UniqueConstraint("key", name=op.f("uq_amount_key")),
        sa.UniqueConstraint("plan_id", "external_ref", name=op.f("uq_amount_plan_id_external_ref")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_amount_replaces_id")),
    )
    with op.batch_alter_table("amount", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amount_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_amount_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_amount_sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "contribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("awaited_email", sa.Text(), nullable=True),
        sa.Column("awaited_pseudonym", sa.Text(), nullable=True),
        sa.Column("awaited_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("is_inside", sa.Boolean(), nullable=True),
        sa.Column("shuffle", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "retained",
                "partly_retained",
                "not_retained",
                "out_of_scope",
                "already_done",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("support_count", sa.Integer(), nullable=False),
        sa.Column("apart_count", sa.Integer(), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "support_count >= 0 AND comment_count >= 0 AND apart_count >= 0",
            name=op.f("ck_contribution_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_contribution_campaign_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["post.id"], name=op.f("fk_contribution_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_contribution_place_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_contribution_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
        sa.UniqueConstraint(
            "campaign_id", "external_ref", name=op.f("uq_contribution_campaign_id_external_ref")
        ),
    )
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contribution_newest",
            ["campaign_id", "shown_at", "id"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_contribution_outcome",
            ["campaign_id", "outcome", "shown_at", "id"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_contribution_place",
            ["place_id", "campaign_id", "shown_at", "id"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_contribution_shuffled",
            ["campaign_id", "shuffle", "id"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_contribution_supported",
            ["campaign_id", "support_count", "id"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_contribution_theme",
            ["theme_id", "shown_at", "id"],
            unique=False,
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )

    op.create_table(
        "evidence",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "photo",
                "drawing",
                "projection",
                "document",
                "link",
                name="evidencekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("thumbnail_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("alternative", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind NOT IN ('photo', 'drawing', 'projection') OR (alternative <> '' AND credit <> '')",
            name=op.f("ck_evidence_picture"),
        ),
        sa.CheckConstraint(
            "(file_id IS NULL) <> (url IS NULL)", name=op.f("ck_evidence_file_or_address")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_evidence_file_id")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["status_report.id"], name=op.f("fk_evidence_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["thumbnail_id"], ["stored_file.id"], name=op.f("fk_evidence_thumbnail_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        info={"append_only": True},
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_report_id"), ["report_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_evidence_thumbnail_id"), ["thumbnail_id"], unique=False
        )

    op.create_table(
        "import_remark",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "refused",
                "warning",
                name="remarkkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import.id"], name=op.f("fk_import_remark_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_remark")),
    )
    with op.batch_alter_table("import_remark", schema=None) as batch_op:
        batch_op.create_index("ix_import_remark_import", ["import_id", "kind", "id"], unique=False)

    op.create_table(
        "indicator_sheet",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_sheet_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheet.id"], name=op.f("fk_indicator_sheet_sheet_id")
        ),
        sa.PrimaryKeyConstraint("indicator_id", "sheet_id", name=op.f("pk_indicator_sheet")),
    )
    with op.batch_alter_table("indicator_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_sheet_sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "letter_code",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("voter_key", sa.String(length=64), nullable=True),
        sa.Column("is_inside", sa.Boolean(), nullable=True),
        sa.Column(
            "bracket",
            sa.Enum(
                "under_15",
                "from_15",
                "adult",
                name="agebracket",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "used_at IS NULL OR revoked_at IS NULL", name=op.f("ck_letter_code_one_end")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_letter_code_agent_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_letter_code_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["letter_series.id"], name=op.f("fk_letter_code_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_code")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_letter_code_campaign_id_number")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_letter_code_key")),
    )
    with op.batch_alter_table("letter_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_code_series_id"), ["series_id"], unique=False)

    op.create_table(
        "moment",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "midterm",
                "annual",
                "closing",
                "participative",
                "cohort",
                "other",
                "milestone",
                name="momentkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_words", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("periodicity", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=True),
        sa.Column("deliverable", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_moment_title")),
        sa.CheckConstraint(
            "starts_on IS NULL OR due_on IS NULL OR starts_on <= due_on",
            name=op.f("ck_moment_order"),
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["user.id"], name=op.f("fk_moment_pilot_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_moment_plan_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_moment_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moment")),
        sa.UniqueConstraint("key", name=op.f("uq_moment_key")),
        sa.UniqueConstraint("plan_id", "external_ref", name=op.f("uq_moment_plan_id_external_ref")),
    )
    with op.batch_alter_table("moment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moment_pilot_id"), ["pilot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moment_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moment_sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "poll_pouch",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("slips", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_pouch_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_pouch")),
    )
    with op.batch_alter_table("poll_pouch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_pouch_poll_id"), ["poll_id"], unique=False)

    op.create_table(
        "poll_result",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("table", sa.Text(), nullable=False),
        sa.Column("table_sha256", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_poll_result_author_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_result_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_result")),
        sa.UniqueConstraint("poll_id", name=op.f("uq_poll_result_poll_id")),
        info={"append_only": True},
    )
    op.create_table(
        "poll_station",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_station_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_station")),
        sa.UniqueConstraint("poll_id", "name", name=op.f("uq_poll_station_poll_id_name")),
    )
    op.create_table(
        "reply",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signatory", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "trim(words) <> '' AND trim(signatory) <> '' AND trim(unit) <> ''",
            name=op.f("ck_reply_signed"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_reply_author_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_reply_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("key", name=op.f("uq_reply_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_question_id"), ["question_id"], unique=False)

    op.create_table(
        "sheet_version",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_sheet_version_reason")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_sheet_version_author_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_sheet_version_plan_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_sheet_version_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_version")),
        sa.UniqueConstraint("key", name=op.f("uq_sheet_version_key")),
        sa.UniqueConstraint("sheet_id", "number", name=op.f("uq_sheet_version_sheet_id_number")),
        info={"append_only": True},
    )
    with op.batch_alter_table("sheet_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_version_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "sign_off_use",
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["sign_off.id"], name=op.f("fk_sign_off_use_sign_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_use")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_sign_off_use_sign_off_id")),
        info={"append_only": True},
    )
    op.create_table(
        "space",
        sa.Column("expression_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expression_id"], ["expression.id"], name=op.f("fk_space_expression_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["assembly_group.id"], name=op.f("fk_space_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space")),
        sa.UniqueConstraint(
            "expression_id", "group_id", name=op.f("uq_space_expression_id_group_id")
        ),
        sa.UniqueConstraint(
            "expression_id", "position", name=op.f("uq_space_expression_id_position")
        ),
    )
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_space_group_id"), ["group_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "retained",
                "partly_retained",
                "not_retained",
                "out_of_scope",
                "already_done",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signatory", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delay_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'partly_retained' OR part <> ''", name=op.f("ck_answer_part")
        ),
        sa.CheckConstraint(
            "words <> '' AND signatory <> '' AND unit <> ''", name=op.f("ck_answer_reasoned")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_answer_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_answer_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_answer_contribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        info={"append_only": True},
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index("ix_answer_campaign", ["campaign_id", "id"], unique=False)
        batch_op.create_index("ix_answer_contribution", ["contribution_id", "id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["user.id"], name=op.f("fk_assignment_assignee_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_assignment_author_id")),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_assignment_contribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("contribution_id", name=op.f("uq_assignment_contribution_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assignment_assignee_id"), ["assignee_id"], unique=False
        )

    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column(
            "side",
            sa.Enum(
                "for",
                "against",
                "neutral",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("speaks_for", sa.Text(), nullable=True),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_comment_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_comment_contribution_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["post.id"], name=op.f("fk_comment_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["comment.id"], name=op.f("fk_comment_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint(
            "contribution_id", "external_ref", name=op.f("uq_comment_contribution_id_external_ref")
        ),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_group_member_contribution_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["contribution_group.id"], name=op.f("fk_group_member_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        sa.UniqueConstraint("contribution_id", name=op.f("uq_group_member_contribution_id")),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_member_group_id"), ["group_id"], unique=False)

    op.create_table(
        "group_objection",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"],
            ["contribution.id"],
            name=op.f("fk_group_objection_contribution_id"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["contribution_group.id"], name=op.f("fk_group_objection_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_objection")),
        sa.UniqueConstraint("contribution_id", name=op.f("uq_group_objection_contribution_id")),
    )
    op.create_table(
        "group_version",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("left_id", sa.Integer(), nullable=True),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "trim(reason) <> '' OR left_id IS NOT NULL", name=op.f("ck_group_version_reasoned")
        ),
        sa.ForeignKeyConstraint(
            ["editor_id"], ["user.id"], name=op.f("fk_group_version_editor_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["contribution_group.id"], name=op.f("fk_group_version_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["left_id"], ["contribution.id"], name=op.f("fk_group_version_left_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_version")),
        sa.UniqueConstraint("group_id", "number", name=op.f("uq_group_version_group_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "imported_tally",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_imported_tally_number")),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_imported_tally_contribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_tally")),
        sa.UniqueConstraint(
            "contribution_id", "position", name=op.f("uq_imported_tally_contribution_id_position")
        ),
    )
    op.create_table(
        "moment_done",
        sa.Column("moment_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "file_id IS NOT NULL OR url IS NOT NULL", name=op.f("ck_moment_done_document")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_moment_done_author_id")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_moment_done_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["moment_id"], ["moment.id"], name=op.f("fk_moment_done_moment_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_moment_done_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moment_done")),
        sa.UniqueConstraint("key", name=op.f("uq_moment_done_key")),
        sa.UniqueConstraint("moment_id", "due_on", name=op.f("uq_moment_done_moment_id_due_on")),
        info={"append_only": True},
    )
    with op.batch_alter_table("moment_done", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moment_done_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moment_done_moment_id"), ["moment_id"], unique=False)

    op.create_table(
        "moment_reminder",
        sa.Column("moment_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moment_id"], ["moment.id"], name=op.f("fk_moment_reminder_moment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moment_reminder")),
        sa.UniqueConstraint(
            "moment_id",
            "due_on",
            "is_late",
            name=op.f("uq_moment_reminder_moment_id_due_on_is_late"),
        ),
    )
    op.create_table(
        "origin",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column(
            "degree",
            sa.Enum(
                "whole", "part", name="degree", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("degree = 'whole' OR words <> ''", name=op.f("ck_origin_which_part")),
        sa.CheckConstraint(
            "(engagement_id IS NULL) <> (action_id IS NULL)",
            name=op.f("ck_origin_engagement_or_action"),
        ),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_origin_action_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_origin_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_origin_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_origin_contribution_id")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_origin_engagement_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_origin_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin")),
    )
    with op.batch_alter_table("origin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_origin_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_origin_contribution_id"), ["contribution_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_origin_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index("uq_origin_action", ["action_id", "contribution_id"], unique=True)
        batch_op.create_index(
            "uq_origin_engagement", ["engagement_id", "contribution_id"], unique=True
        )

    op.create_table(
        "poll_option",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cost_cents", sa.Integer(), nullable=True),
        sa.Column("contribution_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost_cents > 0", name=op.f("ck_poll_option_cost")),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_poll_option_contribution_id")
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_option_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_option")),
        sa.UniqueConstraint("poll_id", "number", name=op.f("uq_poll_option_poll_id_number")),
        sa.UniqueConstraint("poll_id", "title", name=op.f("uq_poll_option_poll_id_title")),
    )
    with op.batch_alter_table("poll_option", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_poll_option_contribution_id"), ["contribution_id"], unique=False
        )

    op.create_table(
        "poll_roll",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(length=64), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web", "paper", name="channel", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'paper') = (station_id IS NOT NULL)", name=op.f("ck_poll_roll_station")
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_roll_poll_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["poll_station.id"], name=op.f("fk_poll_roll_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_roll")),
        sa.UniqueConstraint("poll_id", "voter_key", name=op.f("uq_poll_roll_poll_id_voter_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_poll_roll_receipt")),
    )
    op.create_table(
        "poll_sheet_entry",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["user.id"], name=op.f("fk_poll_sheet_entry_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["poll_station.id"], name=op.f("fk_poll_sheet_entry_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_sheet_entry")),
        info={"append_only": True},
    )
    with op.batch_alter_table("poll_sheet_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_poll_sheet_entry_station_id"), ["station_id"], unique=False
        )

    op.create_table(
        "private_note",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_private_note_author_id")),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_private_note_contribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_note")),
    )
    with op.batch_alter_table("private_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_private_note_contribution_id"), ["contribution_id"], unique=False
        )

    op.create_table(
        "set_aside",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_by_id", sa.Integer(), nullable=True),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "restored_at IS NULL OR (restored_by_id IS NOT NULL AND trim(restored_words) <> '')",
            name=op.f("ck_set_aside_restored"),
        ),
        sa.CheckConstraint(
            "trim(facts) <> '' AND trim(rule) <> '' AND number > 0",
            name=op.f("ck_set_aside_reasoned"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_set_aside_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_set_aside_contribution_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_set_aside_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["restored_by_id"], ["user.id"], name=op.f("fk_set_aside_restored_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_set_aside_contribution_id"), ["contribution_id"], unique=False
        )

    op.create_table(
        "statement",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("words = '' OR signed_by <> ''", name=op.f("ck_statement_signed")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_statement_author_id")),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_statement_space_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("key", name=op.f("uq_statement_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_space_id"), ["space_id"], unique=False)

    op.create_table(
        "support",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "paper",
                "meeting",
                "phone",
                "counter",
                "import",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("is_inside", sa.Boolean(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("aside_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "user_id IS NULL OR channel = 'web'", name=op.f("ck_support_web_account")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_support_agent_id")),
        sa.ForeignKeyConstraint(["aside_id"], ["set_aside.id"], name=op.f("fk_support_aside_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_support_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_support_contribution_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_support_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support")),
        sa.UniqueConstraint(
            "contribution_id", "user_id", name=op.f("uq_support_contribution_id_user_id")
        ),
        sa.UniqueConstraint(
            "contribution_id", "voter_key", name=op.f("uq_support_contribution_id_voter_key")
        ),
    )
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_aside_id"), ["aside_id"], unique=False)
        batch_op.create_index("ix_support_person", ["user_id", "campaign_id"], unique=False)
        batch_op.create_index("ix_support_voter", ["voter_key", "campaign_id"], unique=False)
    upgrade_by_hand()


def downgrade() -> None:
    downgrade_by_hand()
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.drop_index("ix_support_voter")
        batch_op.drop_index("ix_support_person")
        batch_op.drop_index(batch_op.f("ix_support_aside_id"))

    op.drop_table("support")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_space_id"))

    op.drop_table("statement")
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_aside_contribution_id"))

    op.drop_table("set_aside")
    with op.batch_alter_table("private_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_private_note_contribution_id"))

    op.drop_table("private_note")
    with op.batch_alter_table("poll_sheet_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_sheet_entry_station_id"))

    op.drop_table("poll_sheet_entry")
    op.drop_table("poll_roll")
    with op.batch_alter_table("poll_option", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_option_contribution_id"))

    op.drop_table("poll_option")
    with op.batch_alter_table("origin", schema=None) as batch_op:
        batch_op.drop_index("uq_origin_engagement")
        batch_op.drop_index("uq_origin_action")
        batch_op.drop_index(batch_op.f("ix_origin_plan_id"))
        batch_op.drop_index(batch_op.f("ix_origin_contribution_id"))
        batch_op.drop_index(batch_op.f("ix_origin_campaign_id"))

    op.drop_table("origin")
    op.drop_table("moment_reminder")
    with op.batch_alter_table("moment_done", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moment_done_moment_id"))
        batch_op.drop_index(batch_op.f("ix_moment_done_file_id"))

    op.drop_table("moment_done")
    op.drop_table("imported_tally")
    op.drop_table("group_version")
    op.drop_table("group_objection")
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_member_group_id"))

    op.drop_table("group_member")
    op.drop_table("comment")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_assignee_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_contribution")
        batch_op.drop_index("ix_answer_campaign")

    op.drop_table("answer")
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_space_group_id"))

    op.drop_table("space")
    op.drop_table("sign_off_use")
    with op.batch_alter_table("sheet_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_version_plan_id"))

    op.drop_table("sheet_version")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_question_id"))

    op.drop_table("reply")
    op.drop_table("poll_station")
    op.drop_table("poll_result")
    with op.batch_alter_table("poll_pouch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_pouch_poll_id"))

    op.drop_table("poll_pouch")
    with op.batch_alter_table("moment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moment_sheet_id"))
        batch_op.drop_index(batch_op.f("ix_moment_plan_id"))
        batch_op.drop_index(batch_op.f("ix_moment_pilot_id"))

    op.drop_table("moment")
    with op.batch_alter_table("letter_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_code_series_id"))

    op.drop_table("letter_code")
    with op.batch_alter_table("indicator_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_sheet_sheet_id"))

    op.drop_table("indicator_sheet")
    with op.batch_alter_table("import_remark", schema=None) as batch_op:
        batch_op.drop_index("ix_import_remark_import")

    op.drop_table("import_remark")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_thumbnail_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_report_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_file_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contribution_theme",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_contribution_supported",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_contribution_shuffled",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_contribution_place",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_contribution_outcome",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_contribution_newest",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        )

    op.drop_table("contribution")
    with op.batch_alter_table("amount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amount_sheet_id"))
        batch_op.drop_index(batch_op.f("ix_amount_plan_id"))
        batch_op.drop_index(batch_op.f("ix_amount_action_id"))

    op.drop_table("amount")
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_campaign_id"))

    op.drop_table("theme")
    op.drop_table("tally")
    with op.batch_alter_table("status_report", schema=None) as batch_op:
        batch_op.drop_index("ix_status_report_plan")
        batch_op.drop_index("ix_status_report_action")

    op.drop_table("status_report")
    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_off_plan_id"))
        batch_op.drop_index(batch_op.f("ix_sign_off_period_id"))
        batch_op.drop_index(batch_op.f("ix_sign_off_campaign_id"))

    op.drop_table("sign_off")
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_plan_id"))
        batch_op.drop_index(batch_op.f("ix_sheet_engagement_id"))

    op.drop_table("sheet")
    with op.batch_alter_table("serves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_serves_engagement_id"))

    op.drop_table("serves")
    op.drop_table("see_also")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_user_id"))

    op.drop_table("role")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_plan_id"))
        batch_op.drop_index(batch_op.f("ix_revision_engagement_id"))
        batch_op.drop_index(batch_op.f("ix_revision_action_id"))

    op.drop_table("revision")
    op.drop_table("report_draft")
    with op.batch_alter_table("rendezvous", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rendezvous_plan_id"))

    op.drop_table("rendezvous")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_plan")
        batch_op.drop_index("ix_question_action")

    op.drop_table("question")
    op.drop_table("proof_parted")
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proof_user_id"))
        batch_op.drop_index("ix_proof_home")

    op.drop_table("proof")
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promise_plan_id"))

    op.drop_table("promise")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_campaign_id"))

    op.drop_table("poll")
    with op.batch_alter_table("plan_campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_campaign_campaign_id"))

    op.drop_table("plan_campaign")
    op.drop_table("phase")
    with op.batch_alter_table("letter_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_series_campaign_id"))

    op.drop_table("letter_series")
    op.drop_table("invitation")
    with op.batch_alter_table("indicator_action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_action_action_id"))

    op.drop_table("indicator_action")
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_import_waiting",
            sqlite_where=sa.text("confirmed_at IS NOT NULL AND finished_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL AND finished_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_import_campaign_id"))

    op.drop_table("import")
    op.drop_table("guarantor_report")
    op.drop_table("expression")
    op.drop_table("delay")
    with op.batch_alter_table("contribution_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_group_campaign_id"))

    op.drop_table("contribution_group")
    op.drop_table("campaign_rules")
    with op.batch_alter_table("campaign_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_place_place_id"))

    op.drop_table("campaign_place")
    with op.batch_alter_table("campaign_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_document_campaign_id"))

    op.drop_table("campaign_document")
    with op.batch_alter_table("call_experiment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_experiment_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_call_experiment_call_id"))

    op.drop_table("call_experiment")
    with op.batch_alter_table("actor_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_actor_role_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_actor_role_action_id"))

    op.drop_table("actor_role")
    with op.batch_alter_table("action_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_place_place_id"))

    op.drop_table("action_place")
    with op.batch_alter_table("programme_deed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_deed_programme_id"))
        batch_op.drop_index(batch_op.f("ix_programme_deed_objective_id"))

    op.drop_table("programme_deed")
    op.drop_table("plan_version")
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_picture_plan_id"))
        batch_op.drop_index(batch_op.f("ix_picture_file_id"))

    op.drop_table("picture")
    with op.batch_alter_table("indicator_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_plan_plan_id"))

    op.drop_table("indicator_plan")
    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagement_plan_id"))

    op.drop_table("engagement")
    op.drop_table("edition")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_evaluates_id"))

    op.drop_table("campaign")
    with op.batch_alter_table("call_candidate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_candidate_place_id"))
        batch_op.drop_index(batch_op.f("ix_call_candidate_call_id"))

    op.drop_table("call_candidate")
    with op.batch_alter_table("agreement_signatory", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_signatory_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_signatory_agreement_id"))

    op.drop_table("agreement_signatory")
    with op.batch_alter_table("agreement_criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_criterion_agreement_id"))

    op.drop_table("agreement_criterion")
    with op.batch_alter_table("agreement_assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_assessment_agreement_id"))

    op.drop_table("agreement_assessment")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index("ix_action_standing")
        batch_op.drop_index(batch_op.f("ix_action_pilot_id"))

    op.drop_table("action")
    with op.batch_alter_table("programme_stocktake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_stocktake_programme_id"))

    op.drop_table("programme_stocktake")
    with op.batch_alter_table("programme_remaining", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_remaining_programme_id"))

    op.drop_table("programme_remaining")
    with op.batch_alter_table("programme_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_place_place_id"))

    op.drop_table("programme_place")
    with op.batch_alter_table("programme_phase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_phase_programme_id"))

    op.drop_table("programme_phase")
    with op.batch_alter_table("programme_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_participant_programme_id"))
        batch_op.drop_index(batch_op.f("ix_programme_participant_organisation_id"))

    op.drop_table("programme_participant")
    with op.batch_alter_table("programme_objective", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_objective_programme_id"))

    op.drop_table("programme_objective")
    with op.batch_alter_table("programme_method", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_method_programme_id"))

    op.drop_table("programme_method")
    with op.batch_alter_table("programme_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_finding_programme_id"))

    op.drop_table("programme_finding")
    with op.batch_alter_table("programme_component", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_component_programme_id"))

    op.drop_table("programme_component")
    with op.batch_alter_table("programme_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_call_programme_id"))

    op.drop_table("programme_call")
    with op.batch_alter_table("programme_body", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_body_body_id"))

    op.drop_table("programme_body")
    with op.batch_alter_table("programme_amount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_amount_programme_id"))

    op.drop_table("programme_amount")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_programme_id"))

    op.drop_table("plan")
    with op.batch_alter_table("place_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_change_place_id"))

    op.drop_table("place_change")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index("ix_appeal_month")

    op.drop_table("appeal")
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amendment_item_id"))

    op.drop_table("amendment")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_programme_id"))

    op.drop_table("agreement")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_act_id"))

    op.drop_table("publication")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_parent_id"))
        batch_op.drop_index(batch_op.f("ix_programme_owner_id"))

    op.drop_table("programme")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_post_id"))
        batch_op.drop_index(
            "ix_notice_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_notice_month")
        batch_op.drop_index(batch_op.f("ix_notice_decision_id"))

    op.drop_table("notice")
    with op.batch_alter_table("generation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_generation_place_id"))

    op.drop_table("generation")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_measure_id"))

    op.drop_table("correction")
    with op.batch_alter_table("annex", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_annex_file_id"))
        batch_op.drop_index(batch_op.f("ix_annex_act_id"))

    op.drop_table("annex")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_sitting_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_act_id"))

    op.drop_table("agenda_item")
    with op.batch_alter_table("act_remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_remark_act_id"))

    op.drop_table("act_remark")
    with op.batch_alter_table("act_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_place_place_id"))

    op.drop_table("act_place")
    with op.batch_alter_table("act_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_person_act_id"))

    op.drop_table("act_person")
    with op.batch_alter_table("act_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_link_earlier_id"))
        batch_op.drop_index(batch_op.f("ix_act_link_act_id"))

    op.drop_table("act_link")
    op.drop_table("version")
    with op.batch_alter_table("slip", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slip_number"))

    op.drop_table("slip")
    op.drop_table("proxy")
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_place_id"))
        batch_op.drop_index(batch_op.f("ix_measure_indicator_id"))
        batch_op.drop_index(batch_op.f("ix_measure_batch"))

    op.drop_table("measure")
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_image_thumbnail_id"))
        batch_op.drop_index(batch_op.f("ix_image_post_id"))
        batch_op.drop_index(batch_op.f("ix_image_file_id"))

    op.drop_table("image")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_flag_open",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )

    op.drop_table("flag")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_post_id"))
        batch_op.drop_index("ix_decision_month")

    op.drop_table("decision")
    with op.batch_alter_table("became", schema=None) as batch_op:
        batch_op.drop_index("ix_became_subject")
        batch_op.drop_index(batch_op.f("ix_became_document_id"))

    op.drop_table("became")
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_sitting_id"))
        batch_op.drop_index(batch_op.f("ix_act_document_id"))

    op.drop_table("act")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_user_id"))

    op.drop_table("visit")
    op.drop_table("totp")
    with op.batch_alter_table("spokesperson", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spokesperson_user_id"))
        batch_op.drop_index(batch_op.f("ix_spokesperson_group_id"))

    op.drop_table("spokesperson")
    op.drop_table("source_document")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sitting_assembly_id"))

    op.drop_table("sitting")
    op.drop_table("site")
    op.drop_table("saved_wording")
    op.drop_table("reminder")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_user_id"))

    op.drop_table("recovery_code")
    op.drop_table("profile")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_post_waiting",
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )
        batch_op.drop_index("ix_post_author")

    op.drop_table("post")
    with op.batch_alter_table("place_parent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_parent_parent_id"))

    op.drop_table("place_parent")
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_petition_user_id"))
        batch_op.drop_index("ix_petition_due")

    op.drop_table("petition")
    with op.batch_alter_table("perimeter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_perimeter_place_id"))

    op.drop_table("perimeter")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_user_id"))

    op.drop_table("passkey")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notification_waiting",
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        )
        batch_op.drop_index("ix_notification_user")
        batch_op.drop_index(
            "ix_notification_unread",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.drop_table("notification")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_letter_waiting",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_letter_user_id"))

    op.drop_table("letter")
    op.drop_table("indicator")
    with op.batch_alter_table("guardian_turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardian_turn_user_id"))

    op.drop_table("guardian_turn")
    op.drop_table("guardian")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_subject")

    op.drop_table("follow")
    op.drop_table("farewell")
    op.drop_table("electoral_period")
    op.drop_table("device")
    with op.batch_alter_table("data_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_copy_user_id"))

    op.drop_table("data_copy")
    with op.batch_alter_table("countersign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_countersign_fingerprint"))
        batch_op.drop_index(batch_op.f("ix_countersign_asked_by_id"))

    op.drop_table("countersign")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_user_id"))

    op.drop_table("consent")
    op.drop_table("bulk_export")
    op.drop_table("breach")
    with op.batch_alter_table("body_minutes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_minutes_file_id"))
        batch_op.drop_index(batch_op.f("ix_body_minutes_body_id"))

    op.drop_table("body_minutes")
    with op.batch_alter_table("body_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_member_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_body_member_body_id"))

    op.drop_table("body_member")
    op.drop_table("user")
    op.drop_table("term")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_sha256"))

    op.drop_table("stored_file")
    op.drop_table("small_numbers")
    op.drop_table("signed_head")
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_form_at"))

    op.drop_table("sent_form")
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_search_entry_campaign")

    op.drop_table("search_entry")
    with op.batch_alter_table("sealed_identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sealed_identity_until"))

    op.drop_table("sealed_identity")
    op.drop_table("reasons")
    op.drop_table("purge")
    op.drop_table("printed_table")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_merged_id"))

    op.drop_table("place")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_parent_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_merged_id"))

    op.drop_table("organisation")
    op.drop_table("kin")
    op.drop_table("journal_node")
    op.drop_table("journal_key")
    op.drop_table("journal_head")
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gap_done_at"))

    op.drop_table("gap")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index(
            "ix_event_public",
            sqlite_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish', 'campaigns.freeze', 'moderation.decide', 'moderation.settle', 'answers.answer', 'pluralism.open', 'pluralism.set_period', 'pluralism.edit_period', 'indicators.publish', 'indicators.enter', 'indicators.bring_in', 'indicators.correct', 'indicators.set_threshold', 'territory.create_generation', 'territory.change_place', 'territory.import_places', 'territory.merge', 'territory.join', 'groups.gather', 'groups.change', 'groups.dissolve', 'vigilance.set_aside', 'vigilance.restore')"
            ),
            postgresql_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish', 'campaigns.freeze', 'moderation.decide', 'moderation.settle', 'answers.answer', 'pluralism.open', 'pluralism.set_period', 'pluralism.edit_period', 'indicators.publish', 'indicators.enter', 'indicators.bring_in', 'indicators.correct', 'indicators.set_threshold', 'territory.create_generation', 'territory.change_place', 'territory.import_places', 'territory.merge', 'territory.join', 'groups.gather', 'groups.change', 'groups.dissolve', 'vigilance.set_aside', 'vigilance.restore')"
            ),
        )
        batch_op.drop_index("ix_event_plan")
        batch_op.drop_index(
            "ix_event_news",
            sqlite_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish')"
            ),
            postgresql_where=sa.text(
                "name IN ('campaigns.publish', 'campaigns.extend', 'campaigns.change_rules', 'campaigns.cancel', 'answers.publish_results', 'engagements.adopt', 'engagements.publish', 'engagements.revise', 'followup.report', 'followup.publish_edition', 'followup.reply', 'followup.import_plan', 'council.complete', 'portal.change_settings', 'council.announce', 'council.publish', 'council.correct', 'council.annul', 'council.publish_list', 'council.publish_minutes', 'portal.record_audit', 'pluralism.publish', 'pluralism.sign_off', 'sources.carry_in', 'programmes.publish', 'programmes.take_stock', 'programmes.close', 'engagements.publish_sheet', 'engagements.open_version', 'engagements.conclude', 'oversight.publish', 'oversight.correct', 'ballots.announce', 'ballots.cancel', 'ballots.publish')"
            ),
        )
        batch_op.drop_index("ix_event_campaign")

    op.drop_table("event")
    op.drop_table("body")
    op.drop_table("audit")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_key")

    op.drop_table("attempt")
    op.drop_table("assembly_group")
    op.drop_table("assembly")
