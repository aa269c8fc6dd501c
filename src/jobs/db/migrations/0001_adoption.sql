ALTER TABLE "folders" ADD COLUMN "target_uid_validity" bigint;--> statement-breakpoint
ALTER TABLE "folders" ADD COLUMN "target_uid_next" bigint;--> statement-breakpoint
ALTER TABLE "folders" ADD COLUMN "target_exists" integer;