import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/jobs/db/schema.ts',
  out: './src/jobs/db/migrations',
});
