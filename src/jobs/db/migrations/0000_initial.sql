CREATE TABLE "audit" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor_person" text,
	"actor_tenant" text,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"outcome" text NOT NULL,
	"before" text,
	"after" text
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_by_person" text NOT NULL,
	"started_by_tenant" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"key" text PRIMARY KEY NOT NULL,
	"reference" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"migration_id" uuid PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"stored_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "folders" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"migration_id" uuid NOT NULL,
	"source_path" text NOT NULL,
	"target_path" text NOT NULL,
	"reason" text,
	"special_use" text,
	"messages" integer DEFAULT 0 NOT NULL,
	"uid_validity" bigint,
	"pass_listed" integer DEFAULT -1 NOT NULL,
	"pass_done" integer DEFAULT -1 NOT NULL,
	"problem" text,
	CONSTRAINT "folders_path" UNIQUE("migration_id","source_path")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"folder_id" bigint NOT NULL,
	"uid_validity" bigint NOT NULL,
	"uid" bigint NOT NULL,
	"size_bytes" bigint NOT NULL,
	"received_at" timestamp with time zone,
	"flags" text[] NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"repairs" text[],
	"key" text,
	"sha256" text,
	"sent_bytes" bigint,
	"attempts" integer DEFAULT 0 NOT NULL,
	"target_folder_id" bigint,
	"target_uid_validity" bigint,
	"look_from" bigint,
	"target_uid" bigint,
	"epoch" bigint,
	"link_died_at" timestamp with time zone,
	"empty_looks" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "messages_source" UNIQUE("folder_id","uid_validity","uid")
);
--> statement-breakpoint
CREATE TABLE "migrations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"batch_id" uuid,
	"person" jsonb,
	"plan_hash" text,
	"target_mailbox" text NOT NULL,
	"source_address" text,
	"source_host" text NOT NULL,
	"state" text NOT NULL,
	"resume" text,
	"interrupted" text,
	"until" timestamp with time zone,
	"problem" jsonb,
	"pass" integer DEFAULT 0 NOT NULL,
	"cleaned_up" boolean DEFAULT false NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"step" bigint DEFAULT 0 NOT NULL,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"stamp_proven" boolean DEFAULT false NOT NULL,
	"pilot" jsonb,
	"current_folder" text,
	"bytes_per_second" bigint,
	"report_path" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nonces" (
	"hash" text PRIMARY KEY NOT NULL,
	"person_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"subject" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"taken_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "posted_cards" (
	"key" text PRIMARY KEY NOT NULL,
	"posted" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "target_folders" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"mailbox" text NOT NULL,
	"path" text NOT NULL,
	CONSTRAINT "target_folders_path" UNIQUE("mailbox","path")
);
--> statement-breakpoint
CREATE TABLE "tenant_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"migration_id" uuid NOT NULL,
	"what" text NOT NULL,
	"person_id" text NOT NULL,
	"before" text NOT NULL,
	"after" text NOT NULL,
	"planned_at" timestamp with time zone DEFAULT now() NOT NULL,
	"undone_at" timestamp with time zone,
	CONSTRAINT "tenant_changes_once" UNIQUE("migration_id","what","person_id")
);
--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_migration_id_migrations_id_fk" FOREIGN KEY ("migration_id") REFERENCES "public"."migrations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "folders" ADD CONSTRAINT "folders_migration_id_migrations_id_fk" FOREIGN KEY ("migration_id") REFERENCES "public"."migrations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_folder_id_folders_id_fk" FOREIGN KEY ("folder_id") REFERENCES "public"."folders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_target_folder_id_target_folders_id_fk" FOREIGN KEY ("target_folder_id") REFERENCES "public"."target_folders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "migrations" ADD CONSTRAINT "migrations_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_changes" ADD CONSTRAINT "tenant_changes_migration_id_migrations_id_fk" FOREIGN KEY ("migration_id") REFERENCES "public"."migrations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "messages_target" ON "messages" USING btree ("target_folder_id","target_uid_validity","target_uid") WHERE "messages"."target_uid" is not null;--> statement-breakpoint
CREATE INDEX "messages_open" ON "messages" USING btree ("folder_id","state");--> statement-breakpoint
CREATE INDEX "migrations_batch" ON "migrations" USING btree ("batch_id");--> statement-breakpoint
CREATE INDEX "migrations_state" ON "migrations" USING btree ("state");--> statement-breakpoint
CREATE UNIQUE INDEX "migrations_plan" ON "migrations" USING btree ("plan_hash") WHERE "migrations"."plan_hash" is not null;