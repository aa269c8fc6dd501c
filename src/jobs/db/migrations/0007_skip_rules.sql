ALTER TABLE "migrations" ADD COLUMN "skip_rules" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "left_out" jsonb DEFAULT '[]'::jsonb NOT NULL;