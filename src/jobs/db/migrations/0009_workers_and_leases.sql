CREATE TABLE "leases" (
	"migration_id" uuid PRIMARY KEY NOT NULL,
	"worker_id" uuid NOT NULL,
	"source_account" text NOT NULL,
	"target_mailbox" text NOT NULL,
	"source_connections" integer NOT NULL,
	"target_connections" integer NOT NULL,
	"taken_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenant_pauses" (
	"service" text PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"alive_until" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "start_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "finish_by" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "delta_every_minutes" integer DEFAULT 360;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "retry_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "given_back_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_migration_id_migrations_id_fk" FOREIGN KEY ("migration_id") REFERENCES "public"."migrations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "leases_worker" ON "leases" USING btree ("worker_id");--> statement-breakpoint
CREATE INDEX "migrations_due" ON "migrations" USING btree ("until") WHERE "migrations"."until" is not null;