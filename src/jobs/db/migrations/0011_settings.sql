CREATE TABLE "setting_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"value" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "pilot_folder" text;--> statement-breakpoint
CREATE INDEX "setting_changes_name" ON "setting_changes" USING btree ("tenant_id","name");