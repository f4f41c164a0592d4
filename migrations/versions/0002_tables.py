"""Every table of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("link", sa.BigInteger(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_entries_pkey")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index("audit_entries_link_idx", ["link"], unique=True)
        batch_op.create_index("audit_entries_subject_idx", ["subject_id", "id"], unique=False)
        batch_op.create_index(
            "audit_entries_unsealed_idx", ["id"], unique=False, postgresql_where=sa.text("seal IS NULL")
        )

    op.create_table(
        "categories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plural", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("licence_held_years", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("categories_pkey")),
        sa.UniqueConstraint("slug", name=op.f("categories_slug_key")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("customers_pkey")),
    )
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.create_index("customers_email_key", ["email"], unique=True)

    op.create_table(
        "do_not_rent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("licence_number", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("do_not_rent_pkey")),
    )
    with op.batch_alter_table("do_not_rent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("do_not_rent_email_idx"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("do_not_rent_licence_number_idx"), ["licence_number"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pkey")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("events_subject_id_idx"), ["subject_id"], unique=False)

    op.create_table(
        "extras",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("max_quantity", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.column("currency"), "="),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            where=sa.text("active"),
            using="gist",
            name="extras_one_version",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("role"), "="),
            (sa.column("currency"), "="),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            where=sa.text("active AND role <> 'extra'"),
            using="gist",
            name="extras_one_fee",
        ),
        sa.CheckConstraint(
            "role IN ('extra', 'additional_driver', 'young_driver')", name=op.f("extras_role_check")
        ),
        sa.CheckConstraint("unit IN ('day', 'rental', 'mile')", name=op.f("extras_unit_check")),
        sa.CheckConstraint("amount >= 0", name=op.f("extras_amount_check")),
        sa.CheckConstraint("max_quantity > 0", name=op.f("extras_max_quantity_check")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("extras_validity_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("extras_pkey")),
    )
    op.create_table(
        "houses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("reference_prefix", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hours_note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("houses_pkey")),
    )
    op.create_table(
        "inbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("inbox_messages_pkey")),
        sa.UniqueConstraint("provider", "event_key", name=op.f("inbox_messages_provider_event_key_key")),
    )
    with op.batch_alter_table("inbox_messages", schema=None) as batch_op:
        batch_op.create_index("inbox_messages_received_idx", ["received_at", "id"], unique=False)

    op.create_table(
        "invoice_counters",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("invoice_counters_pkey")),
    )
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_postings_pkey")),
        sa.UniqueConstraint("source", name=op.f("ledger_postings_source_key")),
    )
    with op.batch_alter_table("ledger_postings", schema=None) as batch_op:
        batch_op.create_index("ledger_postings_booking_id_idx", ["booking_id"], unique=False)

    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("delivery_fee", sa.Integer(), nullable=False),
        sa.Column("collection_fee", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("delivery_fee >= 0 AND collection_fee >= 0", name=op.f("places_fees_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("places_pkey")),
        sa.UniqueConstraint("slug", name=op.f("places_slug_key")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("policies_pkey")),
        sa.UniqueConstraint("kind", "version", name=op.f("policies_kind_version_key")),
    )
    op.create_table(
        "provider_certificates",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("pem", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("provider_certificates_pkey")),
    )
    op.create_table(
        "sandbox_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("sandbox_clock_pkey")),
    )
    op.create_table(
        "staff_users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(), nullable=True),
        sa.Column("current_login_ip", sa.String(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=False),
        sa.Column("tf_primary_method", sa.String(), nullable=True),
        sa.Column("tf_totp_secret", sa.String(), nullable=True),
        sa.Column("mf_recovery_codes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'agent', 'manager', 'owner')", name=op.f("staff_users_role_check")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("staff_users_email_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("staff_users_pkey")),
    )
    with op.batch_alter_table("staff_users", schema=None) as batch_op:
        batch_op.create_index("staff_users_email_key", ["email"], unique=True)
        batch_op.create_index("staff_users_fs_uniquifier_key", ["fs_uniquifier"], unique=True)

    op.create_table(
        "stored_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("stored_files_pkey")),
        sa.UniqueConstraint("key", name=op.f("stored_files_key_key")),
    )
    op.create_table(
        "tax_rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("jurisdiction"), "="),
            (sa.column("code"), "="),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            where=sa.text("active"),
            using="gist",
            name="tax_rates_one_version",
        ),
        sa.CheckConstraint(
            "kinds <@ '{rental,extra,driver,delivery}' AND cardinality(kinds) > 0",
            name=op.f("tax_rates_kinds_check"),
        ),
        sa.CheckConstraint("rate_ppm >= 0", name=op.f("tax_rates_rate_check")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("tax_rates_validity_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tax_rates_pkey")),
    )
    op.create_table(
        "cars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("make", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("home_place_id", sa.Uuid(), nullable=False),
        sa.Column("tagline", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("paint", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("stage_name", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("power_hp", sa.Integer(), nullable=False),
        sa.Column("zero_to_sixty", sa.String(), nullable=False),
        sa.Column("top_speed_mph", sa.Integer(), nullable=False),
        sa.Column("transmission", sa.String(), nullable=False),
        sa.Column("drivetrain", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("tank_gallons", sa.Integer(), nullable=False),
        sa.Column("vin", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("specifications", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("daily_price", sa.Integer(), nullable=False),
        sa.Column("deposit", sa.Integer(), nullable=True),
        sa.Column("miles_per_day", sa.Integer(), nullable=True),
        sa.Column("extra_mile", sa.Integer(), nullable=True),
        sa.Column("minimum_days", sa.Integer(), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("paint ~ '^[0-9a-f]{6}$'", name=op.f("cars_paint_check")),
        sa.CheckConstraint("daily_price > 0", name=op.f("cars_daily_price_check")),
        sa.CheckConstraint("deposit IS NULL OR deposit >= 0", name=op.f("cars_deposit_check")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("cars_category_id_fkey")),
        sa.ForeignKeyConstraint(["home_place_id"], ["places.id"], name=op.f("cars_home_place_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("cars_pkey")),
        sa.UniqueConstraint("plate", name=op.f("cars_plate_key")),
        sa.UniqueConstraint("slug", name=op.f("cars_slug_key")),
        sa.UniqueConstraint("vin", name=op.f("cars_vin_key")),
    )
    with op.batch_alter_table("cars", schema=None) as batch_op:
        batch_op.create_index("cars_category_id_idx", ["category_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("deliveries_event_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("deliveries_pkey")),
        sa.UniqueConstraint("event_id", "actor", name=op.f("deliveries_event_id_actor_key")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "deliveries_due_idx",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'dispatched', 'running')"),
        )
        batch_op.create_index(
            "deliveries_failed_idx", ["id"], unique=False, postgresql_where=sa.text("state = 'failed'")
        )

    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["ledger_postings.id"], name=op.f("ledger_entries_posting_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_entries_pkey")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ledger_entries_posting_id_idx", ["posting_id"], unique=False)

    op.create_table(
        "long_stay_discounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("min_days", sa.Integer(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("min_days > 0", name=op.f("long_stay_discounts_min_days_check")),
        sa.CheckConstraint("rate_bp > 0 AND rate_bp <= 10000", name=op.f("long_stay_discounts_rate_check")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("long_stay_discounts_validity_check")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("long_stay_discounts_category_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("long_stay_discounts_pkey")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("pickup_place_id", sa.Uuid(), nullable=False),
        sa.Column("return_place_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_address", sa.String(), nullable=True),
        sa.Column("pickup_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("return_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("deposit", sa.Integer(), nullable=False),
        sa.Column("policies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extras", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment_delayed", sa.Boolean(), nullable=False),
        sa.Column("authorized_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deposit_ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deposit_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deposit_waiver", sa.String(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settling_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deposit_take", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancellation_fee", sa.Integer(), nullable=True),
        sa.Column("attention", sa.String(), nullable=True),
        sa.Column("search", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'awaiting_payment', 'awaiting_signature', 'confirmed', 'on_rent', 'returned', 'closed', 'expired', 'cancelled', 'no_show')",
            name=op.f("bookings_state_check"),
        ),
        sa.CheckConstraint("return_at > pickup_at", name=op.f("bookings_period_check")),
        sa.CheckConstraint("total >= 0 AND deposit >= 0", name=op.f("bookings_amounts_check")),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("bookings_car_id_fkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("bookings_customer_id_fkey")),
        sa.ForeignKeyConstraint(
            ["pickup_place_id"], ["places.id"], name=op.f("bookings_pickup_place_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["return_place_id"], ["places.id"], name=op.f("bookings_return_place_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bookings_pkey")),
        sa.UniqueConstraint("reference", name=op.f("bookings_reference_key")),
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index("bookings_car_id_idx", ["car_id"], unique=False)
        batch_op.create_index("bookings_customer_id_idx", ["customer_id"], unique=False)
        batch_op.create_index(
            "bookings_deposit_ask_at_idx",
            ["deposit_ask_at"],
            unique=False,
            postgresql_where=sa.text("deposit_ask_at IS NOT NULL"),
        )
        batch_op.create_index(
            "bookings_expires_at_idx",
            ["expires_at"],
            unique=False,
            postgresql_where=sa.text("expires_at IS NOT NULL"),
        )
        batch_op.create_index("bookings_link_hash_key", ["link_hash"], unique=True)
        batch_op.create_index("bookings_pickup_at_idx", ["pickup_at", "id"], unique=False)
        batch_op.create_index(
            "bookings_search_idx",
            ["search"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        )
        batch_op.create_index(
            "bookings_settling_idx",
            ["settling_at"],
            unique=False,
            postgresql_where=sa.text("state = 'returned'"),
        )
        batch_op.create_index("bookings_state_pickup_at_idx", ["state", "pickup_at", "id"], unique=False)
        batch_op.create_index(
            "bookings_visitor_key", ["visitor"], unique=True, postgresql_where=sa.text("state = 'held'")
        )

    op.create_table(
        "occupancies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("car_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="occupancies_no_overlap",
        ),
        sa.CheckConstraint(
            "(kind IN ('hold', 'booking')) = (booking_id IS NOT NULL)", name=op.f("occupancies_booking_check")
        ),
        sa.CheckConstraint(
            "kind IN ('hold', 'booking', 'maintenance', 'out_of_service')",
            name=op.f("occupancies_kind_check"),
        ),
        sa.CheckConstraint(
            "NOT isempty(period) AND lower_inc(period) AND NOT upper_inc(period)",
            name=op.f("occupancies_half_open_check"),
        ),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("occupancies_car_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("occupancies_pkey")),
        sa.UniqueConstraint("booking_id", name=op.f("occupancies_booking_id_key")),
    )
    with op.batch_alter_table("occupancies", schema=None) as batch_op:
        batch_op.create_index(
            "occupancies_period_car_idx",
            ["period"],
            unique=False,
            postgresql_using="gist",
            postgresql_include=["car_id"],
        )

    op.create_table(
        "seasons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'weekday' OR cardinality(weekdays) > 0", name=op.f("seasons_weekday_rate_check")
        ),
        sa.CheckConstraint("kind IN ('season', 'weekday')", name=op.f("seasons_kind_check")),
        sa.CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}'", name=op.f("seasons_weekdays_check")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("seasons_days_check")),
        sa.CheckConstraint("rate_bp > -5000", name=op.f("seasons_rate_check")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("seasons_validity_check")
        ),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("seasons_car_id_fkey")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("seasons_category_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("seasons_pkey")),
    )
    op.create_table(
        "booking_charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("booking_charges_amount_check")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("booking_charges_booking_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_charges_pkey")),
    )
    with op.batch_alter_table("booking_charges", schema=None) as batch_op:
        batch_op.create_index("booking_charges_booking_id_idx", ["booking_id"], unique=False)

    op.create_table(
        "booking_drivers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("licence_number", sa.String(), nullable=False),
        sa.Column("licence_region", sa.String(), nullable=False),
        sa.Column("licence_since", sa.Date(), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=False),
        sa.Column("insurer", sa.String(), nullable=True),
        sa.Column("insurance_policy", sa.String(), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("booking_drivers_booking_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_drivers_pkey")),
        sa.UniqueConstraint("booking_id", "position", name=op.f("booking_drivers_booking_id_position_key")),
    )
    op.create_table(
        "condition_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=True),
        sa.Column("fuel_eighths", sa.Integer(), nullable=True),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.String(), nullable=True),
        sa.CheckConstraint("fuel_eighths BETWEEN 0 AND 8", name=op.f("condition_reports_fuel_check")),
        sa.CheckConstraint("odometer >= 0", name=op.f("condition_reports_odometer_check")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("condition_reports_booking_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("condition_reports_pkey")),
        sa.UniqueConstraint("booking_id", "kind", name=op.f("condition_reports_booking_id_kind_key")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signer_name", sa.String(), nullable=False),
        sa.Column("signer_email", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("submitter_id", sa.Integer(), nullable=True),
        sa.Column("sign_url", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column("agreement_file_id", sa.Uuid(), nullable=True),
        sa.Column("audit_file_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_file_id"], ["stored_files.id"], name=op.f("contracts_agreement_file_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["audit_file_id"], ["stored_files.id"], name=op.f("contracts_audit_file_id_fkey")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("contracts_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contracts_pkey")),
        sa.UniqueConstraint("submission_id", name=op.f("contracts_submission_id_key")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index("contracts_booking_id_idx", ["booking_id"], unique=False)
        batch_op.create_index(
            "contracts_current_key",
            ["booking_id"],
            unique=True,
            postgresql_where=sa.text("state NOT IN ('declined', 'expired', 'voided')"),
        )
        batch_op.create_index(
            "contracts_waiting_idx",
            ["checked_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('sent', 'viewed')"),
        )

    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("recipient_name", sa.String(), nullable=False),
        sa.Column("recipient_address", sa.String(), nullable=False),
        sa.Column("recipient_email", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("invoices_booking_id_fkey")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("invoices_file_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("invoices_pkey")),
        sa.UniqueConstraint("booking_id", name=op.f("invoices_booking_id_key")),
        sa.UniqueConstraint("year", "sequence", name=op.f("invoices_year_sequence_key")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("to_email", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["stored_files.id"], name=op.f("messages_attachment_id_fkey")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("messages_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("messages_pkey")),
        sa.UniqueConstraint("key", name=op.f("messages_key_key")),
        sa.UniqueConstraint("provider_id", name=op.f("messages_provider_id_key")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("messages_booking_id_idx", ["booking_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("capture_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("intended_amount", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("payments_amount_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("payments_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payments_pkey")),
        sa.UniqueConstraint("booking_id", "purpose", name=op.f("payments_booking_id_purpose_key")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(
            "payments_capture_at_idx",
            ["capture_at"],
            unique=False,
            postgresql_where=sa.text("capture_at IS NOT NULL"),
        )
        batch_op.create_index(
            "payments_open_idx",
            ["updated_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('ordered', 'approved')"),
        )

    op.create_table(
        "condition_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("condition_photos_file_id_fkey")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["condition_reports.id"], name=op.f("condition_photos_report_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("condition_photos_pkey")),
        sa.UniqueConstraint("report_id", "position", name=op.f("condition_photos_report_id_position_key")),
    )
    op.create_table(
        "payment_operations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("debug_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("payment_operations_payment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_operations_pkey")),
    )
    with op.batch_alter_table("payment_operations", schema=None) as batch_op:
        batch_op.create_index(
            "payment_operations_open_key",
            ["payment_id", "kind"],
            unique=True,
            postgresql_where=sa.text("state IN ('wanted', 'called')"),
        )
        batch_op.create_index("payment_operations_payment_id_idx", ["payment_id"], unique=False)

    op.create_table(
        "payment_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("paypal_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("approve_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("payment_orders_payment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_orders_pkey")),
        sa.UniqueConstraint("paypal_id", name=op.f("payment_orders_paypal_id_key")),
    )
    with op.batch_alter_table("payment_orders", schema=None) as batch_op:
        batch_op.create_index("payment_orders_payment_id_idx", ["payment_id"], unique=False)

    op.create_table(
        "payment_authorizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("paypal_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payment_orders.id"], name=op.f("payment_authorizations_order_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["payment_authorizations.id"], name=op.f("payment_authorizations_parent_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_authorizations_pkey")),
        sa.UniqueConstraint("paypal_id", name=op.f("payment_authorizations_paypal_id_key")),
    )
    with op.batch_alter_table("payment_authorizations", schema=None) as batch_op:
        batch_op.create_index("payment_authorizations_order_id_idx", ["order_id"], unique=False)

    op.create_table(
        "payment_captures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("paypal_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["payment_authorizations.id"],
            name=op.f("payment_captures_authorization_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_captures_pkey")),
        sa.UniqueConstraint("paypal_id", name=op.f("payment_captures_paypal_id_key")),
    )
    with op.batch_alter_table("payment_captures", schema=None) as batch_op:
        batch_op.create_index("payment_captures_authorization_id_idx", ["authorization_id"], unique=False)

    op.create_table(
        "payment_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("capture_id", sa.Uuid(), nullable=False),
        sa.Column("paypal_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["payment_captures.id"], name=op.f("payment_refunds_capture_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_refunds_pkey")),
        sa.UniqueConstraint("paypal_id", name=op.f("payment_refunds_paypal_id_key")),
    )
    with op.batch_alter_table("payment_refunds", schema=None) as batch_op:
        batch_op.create_index("payment_refunds_capture_id_idx", ["capture_id"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("payment_refunds", schema=None) as batch_op:
        batch_op.drop_index("payment_refunds_capture_id_idx")

    op.drop_table("payment_refunds")
    with op.batch_alter_table("payment_captures", schema=None) as batch_op:
        batch_op.drop_index("payment_captures_authorization_id_idx")

    op.drop_table("payment_captures")
    with op.batch_alter_table("payment_authorizations", schema=None) as batch_op:
        batch_op.drop_index("payment_authorizations_order_id_idx")

    op.drop_table("payment_authorizations")
    with op.batch_alter_table("payment_orders", schema=None) as batch_op:
        batch_op.drop_index("payment_orders_payment_id_idx")

    op.drop_table("payment_orders")
    with op.batch_alter_table("payment_operations", schema=None) as batch_op:
        batch_op.drop_index("payment_operations_payment_id_idx")
        batch_op.drop_index(
            "payment_operations_open_key", postgresql_where=sa.text("state IN ('wanted', 'called')")
        )

    op.drop_table("payment_operations")
    op.drop_table("condition_photos")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index("payments_open_idx", postgresql_where=sa.text("state IN ('ordered', 'approved')"))
        batch_op.drop_index("payments_capture_at_idx", postgresql_where=sa.text("capture_at IS NOT NULL"))

    op.drop_table("payments")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("messages_booking_id_idx")

    op.drop_table("messages")
    op.drop_table("invoices")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index("contracts_waiting_idx", postgresql_where=sa.text("state IN ('sent', 'viewed')"))
        batch_op.drop_index(
            "contracts_current_key",
            postgresql_where=sa.text("state NOT IN ('declined', 'expired', 'voided')"),
        )
        batch_op.drop_index("contracts_booking_id_idx")

    op.drop_table("contracts")
    op.drop_table("condition_reports")
    op.drop_table("booking_drivers")
    with op.batch_alter_table("booking_charges", schema=None) as batch_op:
        batch_op.drop_index("booking_charges_booking_id_idx")

    op.drop_table("booking_charges")
    op.drop_table("seasons")
    with op.batch_alter_table("occupancies", schema=None) as batch_op:
        batch_op.drop_index(
            "occupancies_period_car_idx", postgresql_using="gist", postgresql_include=["car_id"]
        )

    op.drop_table("occupancies")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_index("bookings_visitor_key", postgresql_where=sa.text("state = 'held'"))
        batch_op.drop_index("bookings_state_pickup_at_idx")
        batch_op.drop_index("bookings_settling_idx", postgresql_where=sa.text("state = 'returned'"))
        batch_op.drop_index(
            "bookings_search_idx", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
        )
        batch_op.drop_index("bookings_pickup_at_idx")
        batch_op.drop_index("bookings_link_hash_key")
        batch_op.drop_index("bookings_expires_at_idx", postgresql_where=sa.text("expires_at IS NOT NULL"))
        batch_op.drop_index(
            "bookings_deposit_ask_at_idx", postgresql_where=sa.text("deposit_ask_at IS NOT NULL")
        )
        batch_op.drop_index("bookings_customer_id_idx")
        batch_op.drop_index("bookings_car_id_idx")

    op.drop_table("bookings")
    op.drop_table("long_stay_discounts")
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.drop_index("ledger_entries_posting_id_idx")

    op.drop_table("ledger_entries")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("deliveries_failed_idx", postgresql_where=sa.text("state = 'failed'"))
        batch_op.drop_index(
            "deliveries_due_idx", postgresql_where=sa.text("state IN ('pending', 'dispatched', 'running')")
        )

    op.drop_table("deliveries")
    with op.batch_alter_table("cars", schema=None) as batch_op:
        batch_op.drop_index("cars_category_id_idx")

    op.drop_table("cars")
    op.drop_table("tax_rates")
    op.drop_table("stored_files")
    with op.batch_alter_table("staff_users", schema=None) as batch_op:
        batch_op.drop_index("staff_users_fs_uniquifier_key")
        batch_op.drop_index("staff_users_email_key")

    op.drop_table("staff_users")
    op.drop_table("sandbox_clock")
    op.drop_table("provider_certificates")
    op.drop_table("policies")
    op.drop_table("places")
    with op.batch_alter_table("ledger_postings", schema=None) as batch_op:
        batch_op.drop_index("ledger_postings_booking_id_idx")

    op.drop_table("ledger_postings")
    op.drop_table("invoice_counters")
    with op.batch_alter_table("inbox_messages", schema=None) as batch_op:
        batch_op.drop_index("inbox_messages_received_idx")

    op.drop_table("inbox_messages")
    op.drop_table("houses")
    op.drop_table("extras")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("events_subject_id_idx"))

    op.drop_table("events")
    with op.batch_alter_table("do_not_rent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("do_not_rent_licence_number_idx"))
        batch_op.drop_index(batch_op.f("do_not_rent_email_idx"))

    op.drop_table("do_not_rent")
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_index("customers_email_key")

    op.drop_table("customers")
    op.drop_table("categories")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("audit_entries_unsealed_idx", postgresql_where=sa.text("seal IS NULL"))
        batch_op.drop_index("audit_entries_subject_idx")
        batch_op.drop_index("audit_entries_link_idx")

    op.drop_table("audit_entries")
