ALTER TABLE "tenant_changes" DROP CONSTRAINT "tenant_changes_once";--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "put_back_problem" jsonb;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "room" jsonb;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "agreed" jsonb;--> statement-breakpoint
ALTER TABLE "tenant_changes" ADD COLUMN "made_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tenant_changes" ADD COLUMN "outcome" text;--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_changes_open" ON "tenant_changes" USING btree ("migration_id","what","person_id","before","after") WHERE "tenant_changes"."undone_at" is null;