
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE SCHEMA drizzle;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE drizzle.__drizzle_migrations (
    id integer NOT NULL,
    hash text NOT NULL,
    created_at bigint
);

CREATE SEQUENCE drizzle.__drizzle_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE drizzle.__drizzle_migrations_id_seq OWNED BY drizzle.__drizzle_migrations.id;

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_person text,
    actor_tenant text,
    action text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL,
    before text,
    after text
);

CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;

CREATE TABLE public.batches (
    id uuid NOT NULL,
    started_by_person text NOT NULL,
    started_by_tenant text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.conversations (
    key text NOT NULL,
    reference jsonb NOT NULL,
    language text
);

CREATE TABLE public.credentials (
    migration_id uuid NOT NULL,
    sealed text NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL,
    accepted_at timestamp with time zone
);

CREATE TABLE public.folders (
    id bigint NOT NULL,
    migration_id uuid NOT NULL,
    source_path text NOT NULL,
    target_path text NOT NULL,
    reason text,
    special_use text,
    messages integer DEFAULT 0 NOT NULL,
    uid_validity bigint,
    pass_listed integer DEFAULT '-1'::integer NOT NULL,
    pass_done integer DEFAULT '-1'::integer NOT NULL,
    problem text,
    target_uid_validity bigint,
    target_uid_next bigint,
    target_exists integer,
    source_uid_next bigint,
    source_mod_seq text,
    target_class text
);

CREATE SEQUENCE public.folders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.folders_id_seq OWNED BY public.folders.id;

CREATE TABLE public.logins (
    id bigint NOT NULL,
    account text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE SEQUENCE public.logins_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.logins_id_seq OWNED BY public.logins.id;

CREATE TABLE public.messages (
    id bigint NOT NULL,
    folder_id bigint NOT NULL,
    uid_validity bigint NOT NULL,
    uid bigint NOT NULL,
    size_bytes bigint NOT NULL,
    received_at timestamp with time zone,
    flags text[] NOT NULL,
    state text NOT NULL,
    reason text,
    repairs text[],
    key text,
    sha256 text,
    sent_bytes bigint,
    attempts integer DEFAULT 0 NOT NULL,
    target_folder_id bigint,
    target_uid_validity bigint,
    look_from bigint,
    target_uid bigint,
    epoch bigint,
    link_died_at timestamp with time zone,
    empty_looks integer DEFAULT 0 NOT NULL,
    written_flags text[],
    flags_changed boolean DEFAULT false NOT NULL,
    vanished boolean DEFAULT false NOT NULL,
    stamp_id bigint,
    withheld integer DEFAULT 0 NOT NULL,
    surplus_checked boolean DEFAULT false NOT NULL
);

CREATE SEQUENCE public.messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.messages_id_seq OWNED BY public.messages.id;

CREATE TABLE public.migrations (
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    batch_id uuid,
    person jsonb,
    plan_hash text,
    target_mailbox text NOT NULL,
    source_address text,
    source_host text NOT NULL,
    state text NOT NULL,
    resume text,
    interrupted text,
    until timestamp with time zone,
    problem jsonb,
    pass integer DEFAULT 0 NOT NULL,
    cleaned_up boolean DEFAULT false NOT NULL,
    state_since timestamp with time zone DEFAULT now() NOT NULL,
    step bigint DEFAULT 0 NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    stamp_proven boolean DEFAULT false NOT NULL,
    pilot jsonb,
    current_folder text,
    bytes_per_second bigint,
    report_path text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    put_back_problem jsonb,
    room jsonb,
    agreed jsonb,
    line integer DEFAULT 0 NOT NULL,
    submitter jsonb,
    licence_sku_id text,
    skip_rules jsonb DEFAULT '[]'::jsonb NOT NULL,
    left_out jsonb DEFAULT '[]'::jsonb NOT NULL
);

CREATE TABLE public.nonces (
    hash text NOT NULL,
    person_id text NOT NULL,
    tenant_id text NOT NULL,
    subject text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone
);

CREATE TABLE public.plans (
    hash text NOT NULL,
    selection jsonb NOT NULL,
    batch_id uuid,
    people_made_at timestamp with time zone,
    planned_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.posted_cards (
    key text NOT NULL,
    posted jsonb NOT NULL
);

CREATE TABLE public.target_folders (
    id bigint NOT NULL,
    mailbox text NOT NULL,
    path text NOT NULL
);

CREATE SEQUENCE public.target_folders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.target_folders_id_seq OWNED BY public.target_folders.id;

CREATE TABLE public.tenant_changes (
    id bigint NOT NULL,
    migration_id uuid NOT NULL,
    what text NOT NULL,
    person_id text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    planned_at timestamp with time zone DEFAULT now() NOT NULL,
    undone_at timestamp with time zone,
    made_at timestamp with time zone,
    outcome text
);

CREATE SEQUENCE public.tenant_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.tenant_changes_id_seq OWNED BY public.tenant_changes.id;

ALTER TABLE ONLY drizzle.__drizzle_migrations ALTER COLUMN id SET DEFAULT nextval('drizzle.__drizzle_migrations_id_seq'::regclass);

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);

ALTER TABLE ONLY public.folders ALTER COLUMN id SET DEFAULT nextval('public.folders_id_seq'::regclass);

ALTER TABLE ONLY public.logins ALTER COLUMN id SET DEFAULT nextval('public.logins_id_seq'::regclass);

ALTER TABLE ONLY public.messages ALTER COLUMN id SET DEFAULT nextval('public.messages_id_seq'::regclass);

ALTER TABLE ONLY public.target_folders ALTER COLUMN id SET DEFAULT nextval('public.target_folders_id_seq'::regclass);

ALTER TABLE ONLY public.tenant_changes ALTER COLUMN id SET DEFAULT nextval('public.tenant_changes_id_seq'::regclass);

INSERT INTO drizzle.__drizzle_migrations VALUES (1, '1d299189dafbc559193dd15467a1be09fb6674c6262401cbfc54e87b4a6b5732', 1795389696158);
INSERT INTO drizzle.__drizzle_migrations VALUES (2, '81b3b898f7ea64da169527eb941b3cb91a5d7cf5928986e4409ed128d3d1d12d', 1795395124066);
INSERT INTO drizzle.__drizzle_migrations VALUES (3, '51adf685e90951ff36cee1e74b0e4694528fd804592bcb2861f63d1ab9a5eea6', 1795406329294);
INSERT INTO drizzle.__drizzle_migrations VALUES (4, 'e0e1ad88634aef19da15d2979601d8fc67c861adb025a5c1168bfddb49e6ad39', 1795574458416);
INSERT INTO drizzle.__drizzle_migrations VALUES (5, '46d790958fbdaa8b3e8b10c1cfb6a38354f8fb82c9bca03281eae2fde2728e9e', 1795576866920);
INSERT INTO drizzle.__drizzle_migrations VALUES (6, 'cc428babee514c38ad6239392c1908626d86325a8b488c90e586105c574d480d', 1795577419848);
INSERT INTO drizzle.__drizzle_migrations VALUES (7, '26b2942cb92e61d6ef972804fd6eba67ed0d66f8bf8816c5b9dd9f50e0e2d52e', 1795580393050);
INSERT INTO drizzle.__drizzle_migrations VALUES (8, '08b4cb970ce441adcf9d5affc1430517d25e943d5f4bbe8683fc18e79762a9a0', 1795580894137);
INSERT INTO drizzle.__drizzle_migrations VALUES (9, 'eb7e094c74784a8c1e626a82e11992aa64e9dd9967c195397200d91a8c5d04f3', 1795581340774);

INSERT INTO public.audit VALUES (1, '2026-11-25 06:55:38.004004+00', 'admin-1', 'contoso', 'migration.started', '1a15aaea-5ae2-482f-8b7f-8f9d8e8f81ab', 'done', 'Queued', 'Validating');
INSERT INTO public.audit VALUES (2, '2026-11-25 06:55:38.004004+00', 'admin-1', 'contoso', 'migration.started', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'Queued', 'Validating');
INSERT INTO public.audit VALUES (3, '2026-11-25 06:55:38.004004+00', 'admin-1', 'contoso', 'migration.started', '83c23028-33cb-4521-8f30-7ff411382470', 'done', 'Queued', 'Validating');
INSERT INTO public.audit VALUES (4, '2026-11-25 06:55:38.027538+00', NULL, NULL, 'migration.validated', '1a15aaea-5ae2-482f-8b7f-8f9d8e8f81ab', 'done', 'Validating', 'Provisioning');
INSERT INTO public.audit VALUES (5, '2026-11-25 06:55:38.042835+00', 'admin-1', 'contoso', 'tenant.imap', 'anna', 'done', 'off', 'on');
INSERT INTO public.audit VALUES (6, '2026-11-25 06:55:38.061155+00', NULL, NULL, 'migration.provisioned', '1a15aaea-5ae2-482f-8b7f-8f9d8e8f81ab', 'done', 'Provisioning', 'WaitingForUser');
INSERT INTO public.audit VALUES (7, '2026-11-25 06:55:38.064798+00', NULL, NULL, 'migration.validated', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'Validating', 'Provisioning');
INSERT INTO public.audit VALUES (8, '2026-11-25 06:55:38.081125+00', 'admin-1', 'contoso', 'tenant.imap', 'ben', 'done', 'off', 'on');
INSERT INTO public.audit VALUES (9, '2026-11-25 06:55:38.083877+00', NULL, NULL, 'migration.provisioned', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'Provisioning', 'WaitingForUser');
INSERT INTO public.audit VALUES (10, '2026-11-25 06:55:38.096736+00', NULL, NULL, 'migration.validated', '83c23028-33cb-4521-8f30-7ff411382470', 'done', 'Validating', 'Provisioning');
INSERT INTO public.audit VALUES (11, '2026-11-25 06:55:38.103304+00', 'admin-1', 'contoso', 'tenant.imap', 'carl', 'done', 'off', 'on');
INSERT INTO public.audit VALUES (12, '2026-11-25 06:55:38.129124+00', NULL, NULL, 'migration.provisioned', '83c23028-33cb-4521-8f30-7ff411382470', 'done', 'Provisioning', 'WaitingForUser');
INSERT INTO public.audit VALUES (13, '2026-11-25 06:55:38.13838+00', 'ben', 'contoso', 'migration.credential-submitted', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'WaitingForUser', 'Testing');
INSERT INTO public.audit VALUES (14, '2026-11-25 06:55:38.164914+00', 'admin-1', 'contoso', 'tenant.mailbox-access', 'ben', 'done', 'none', 'FullAccess');
INSERT INTO public.audit VALUES (15, '2026-11-25 06:55:38.181724+00', NULL, NULL, 'migration.login-accepted', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'Testing', 'Piloting');
INSERT INTO public.audit VALUES (16, '2026-11-25 06:55:38.185535+00', NULL, NULL, 'migration.pilot-finished', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'Piloting', 'PilotReview');
INSERT INTO public.audit VALUES (17, '2026-11-25 06:55:38.198261+00', 'admin-1', 'contoso', 'migration.pilot-approved', 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'done', 'PilotReview', 'Syncing');
INSERT INTO public.audit VALUES (18, '2026-11-25 06:55:38.22686+00', 'admin-1', 'contoso', 'migration.cancel-requested', '83c23028-33cb-4521-8f30-7ff411382470', 'done', 'WaitingForUser', 'Cancelled');
INSERT INTO public.audit VALUES (19, '2026-11-25 06:55:38.309976+00', 'admin-1', 'contoso', 'activity', 'é — "x"', 'refused', NULL, 'role');

INSERT INTO public.batches VALUES ('89dc4060-4e14-44e3-aca2-90e28a51ed87', 'admin-1', 'contoso', '2026-11-25 06:55:38.004004+00');

INSERT INTO public.conversations VALUES ('personal:anna', '{"botId": "b", "userId": "anna", "tenantId": "contoso", "serviceUrl": "https://smba.example", "conversationId": "c", "conversationType": "personal"}', 'de');

INSERT INTO public.credentials VALUES ('ef7e130e-bc28-40a5-8b62-25cab49b2555', 'sealed', '2026-11-25 06:55:38.13838+00', '2026-11-25 06:55:38.145+00');

INSERT INTO public.folders VALUES (1, 'b6b8c872-7dfa-4c71-a27f-3fc5fd8f733d', 'INBOX', 'INBOX', NULL, 'inbox', 12, 7, 0, -1, NULL, 7, 1, 0, 13, NULL, 'unknown');
INSERT INTO public.folders VALUES (2, 'b6b8c872-7dfa-4c71-a27f-3fc5fd8f733d', 'Later', 'Later', NULL, NULL, 12, 7, 0, -1, NULL, 7, 1, 0, 13, NULL, 'unknown');
INSERT INTO public.folders VALUES (3, 'b6b8c872-7dfa-4c71-a27f-3fc5fd8f733d', 'Projects/2020', 'Projects/2020', NULL, NULL, 12, 7, 0, -1, NULL, 7, 1, 0, 13, NULL, 'unknown');
INSERT INTO public.folders VALUES (4, '5dca93cc-2796-441a-829e-b3ed9d2c68ae', 'INBOX', 'INBOX', NULL, 'inbox', 12, 7, 0, -1, NULL, 7, 1, 0, 13, NULL, 'unknown');
INSERT INTO public.folders VALUES (5, '5dca93cc-2796-441a-829e-b3ed9d2c68ae', 'Later', 'Later', NULL, NULL, 12, 7, 0, -1, NULL, 7, 1, 0, 13, NULL, 'unknown');
INSERT INTO public.folders VALUES (6, '5dca93cc-2796-441a-829e-b3ed9d2c68ae', 'Projects/2020', 'Projects/2020', NULL, NULL, 12, 7, 0, -1, NULL, 7, 1, 0, 13, NULL, 'unknown');

INSERT INTO public.logins VALUES (1, 'account', '2026-11-22 10:00:00+00');

INSERT INTO public.messages VALUES (25, 3, 7, 1, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (26, 3, 7, 2, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (27, 3, 7, 3, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (28, 3, 7, 4, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (29, 3, 7, 5, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (30, 3, 7, 6, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (31, 3, 7, 7, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (32, 3, 7, 8, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (33, 3, 7, 9, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (34, 3, 7, 10, 63, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (35, 3, 7, 11, 63, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (36, 3, 7, 12, 63, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (13, 2, 7, 1, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'c576e79562f052521a80db71ef469e49ff733cf38c71003ce82f7b583a98f26b', '19b988e3d6f33635e0dcd663e55b8d890a713a9078791dd200c403d18310027e', 58, 1, 2, 7, 1, 1, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (14, 2, 7, 2, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'a32f267871913f278475b7bd35516e8fc65a3c739ea211a25424c263e6867fad', '0ee2e6202980b8d4c4e4462fc5cc8ea9007b9bcec3928433dda067d4d03bd422', 58, 1, 2, 7, 1, 2, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (15, 2, 7, 3, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'f75b0fd1328c6ad282e588cca1d1424d6eaaf5c6109758f88454fd8a68c6a4fb', 'de21c6bd84eed1e756187d80ab092cecb631850f1797e8ca615bdfe60d2c8113', 58, 1, 2, 7, 1, 3, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (16, 2, 7, 4, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '0ec5edc9723656a7c0c25697b7061534dc9f7b4f18a8445214fdf43af7f5c549', 'c022ad2c44a43fc8ec213d26538d1d4f239787256cdd2e9d9068fff26cdb830a', 58, 1, 2, 7, 1, 4, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (17, 2, 7, 5, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '4f4e28216da7cb9725929ff271f99af502b9aa0d1ffcfdab8a57be0d3621fbfd', 'a3174be88d17310ae91cf600fecceea1947d757e3167f6103c34d265ab2c6e81', 58, 1, 2, 7, 1, 5, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (61, 6, 7, 1, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (62, 6, 7, 2, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (63, 6, 7, 3, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (64, 6, 7, 4, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (65, 6, 7, 5, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (66, 6, 7, 6, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (67, 6, 7, 7, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (68, 6, 7, 8, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (44, 4, 7, 8, 30, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '02c8ad5258ce80736a2a9bf14d00efbc8503941612fdb2e63cfd3a8e625b7995', '15a4b5f822ca5ca8f73beba46652cf4681c33cb3e37281978d5aa01042ef851a', 50, 1, 4, 7, 1, 8, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (45, 4, 7, 9, 59, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', '4bf0b2943f97353e04ce1b6a73f60b191e516a30f0362cf721135c6e46992aee', '611cdf94c4b975fb37d3a588186438fc59ebe11763f954e1540d6a9f63e797db', 79, 1, 4, 7, 1, 9, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (49, 5, 7, 1, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'c576e79562f052521a80db71ef469e49ff733cf38c71003ce82f7b583a98f26b', '19b988e3d6f33635e0dcd663e55b8d890a713a9078791dd200c403d18310027e', 78, 1, 5, 7, 1, 1, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (50, 5, 7, 2, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'a32f267871913f278475b7bd35516e8fc65a3c739ea211a25424c263e6867fad', '0ee2e6202980b8d4c4e4462fc5cc8ea9007b9bcec3928433dda067d4d03bd422', 78, 1, 5, 7, 1, 2, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (51, 5, 7, 3, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'f75b0fd1328c6ad282e588cca1d1424d6eaaf5c6109758f88454fd8a68c6a4fb', 'de21c6bd84eed1e756187d80ab092cecb631850f1797e8ca615bdfe60d2c8113', 78, 1, 5, 7, 1, 3, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (52, 5, 7, 4, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '0ec5edc9723656a7c0c25697b7061534dc9f7b4f18a8445214fdf43af7f5c549', 'c022ad2c44a43fc8ec213d26538d1d4f239787256cdd2e9d9068fff26cdb830a', 78, 1, 5, 7, 1, 4, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (18, 2, 7, 6, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', 'cdf3924c0ef8bfc43effcb577dad887aafcd1c5a970db3a5a3f902d4e2697ac2', '19830f64e6dcdeb2c79be00fb59f84df2070e83f99c05dcefee3e1531cf6cbcd', 58, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (19, 2, 7, 7, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '1adec611ac3bf470b88f217dc6dfe588372efd604b0cdef3fccb43527b14d437', 'b5d59cc6828e5c71b4c049ac9795728990e9dcb5d21310596d15ed905dec01e6', 58, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (20, 2, 7, 8, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '952f2a95f900ff781fcf030d33313162d066c13af093e9700a12dc6e7fe7beff', '4747c005e0f6a4bbfa1d65c2c03c625d4e4ea904ece244e52ac51cb7dfa5fcf8', 58, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (21, 2, 7, 9, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '247773d78efd01c7fb00e484b4987e67223309de6a470398b0feef5e5ed37044', 'b6b56c5066926374a41dede6db58664cc610cf1d236cee0e2a29b3806345f7f9', 58, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (22, 2, 7, 10, 61, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', 'ca7787c07da8bfff49fd1840ae705e24c01ca8eef5bdc927d008c4580113d0a1', 'f49e956f6088c9a72b30334369ed3033ab26ace9071ffc322440764019ef91e5', 61, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (23, 2, 7, 11, 61, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '6e9ef1e24977ea99688e108317db3d9d670222792a20f30b502ab4b6eff43afb', 'a5eedafdd37cb35541adc911910679e97ddb17875802346afee8735f66e26012', 61, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (24, 2, 7, 12, 61, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', 'c4dff603cddd0555930ac5afed2e7ac9128b56c2aaab42608f2aff06369fa58c', '4ed1088c38440eb0a0cf29ff6ae920e85c408191c6592747d3fb0d9a35ad758d', 61, 1, 2, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (1, 1, 7, 1, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'b7eb66da5fe4201dd0a240cc2d04f9df07048468b9eb44233881a486ee94b61c', '1262742c4db2f34d83ff124b8c6063815a1e706cdbf9971713dc4fb7d79d0c55', 59, 1, 1, 7, 1, 1, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (2, 1, 7, 2, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'c7b454e3c704cdc319546298c97c1577fcf39b56755398a77ec91996b84d10f1', '76f2aaa8eb88f4a28da14abc8af9d41066adb6b222770a1845974162d32b4551', 59, 1, 1, 7, 1, 2, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (3, 1, 7, 3, 59, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', '40328aea272459047925bad52b6399280fae296ca29d21c010adb6f960d7a236', 'dfd96fbb9d9cd6c0342b186d63346d80b648b82fb86a2b37e4e93bd78ba46c46', 59, 1, 1, 7, 1, 3, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (4, 1, 7, 4, 30, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '1e105c8e56186a1e4932add120d2c9db130fabb622d0e7a39f3c8a4516962013', 'd9357f5f9f208971add38a4fcb8d02efc8bf9d48f1b9c14494a6fbe5a70a225f', 30, 1, 1, 7, 1, 4, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (5, 1, 7, 5, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'bacd31bec1e83ce52631c52fcced51b67d99bc67266cb3104b2e9ca6a1a2b032', '575a7e313ee46ff71c1de1912833894b21c04ce3d792dfaa46cf6d4f09afaefd', 59, 1, 1, 7, 1, 5, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (6, 1, 7, 6, 59, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', '4a78286a6895de22b5349f68f23f630a2e828ff6817f3cde64d7198139a9c711', 'eb4a0996703f1fde884263497699f819f5f7d89a24eefd56d2fed5410db52f55', 59, 1, 1, 7, 1, 6, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (7, 1, 7, 7, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '8d0f0cb5a7dc63d8cd14834c759e34b5e11ec48b6d6218ca6e57b283a5ac211d', '09d8564cf3e2cc97e8a0e1295f2f6974262b56c7b93130d8db7a189e7e3d7b61', 59, 1, 1, 7, 1, 7, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (8, 1, 7, 8, 30, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '02c8ad5258ce80736a2a9bf14d00efbc8503941612fdb2e63cfd3a8e625b7995', '15a4b5f822ca5ca8f73beba46652cf4681c33cb3e37281978d5aa01042ef851a', 30, 1, 1, 7, 1, 8, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (9, 1, 7, 9, 59, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', '4bf0b2943f97353e04ce1b6a73f60b191e516a30f0362cf721135c6e46992aee', '611cdf94c4b975fb37d3a588186438fc59ebe11763f954e1540d6a9f63e797db', 59, 1, 1, 7, 1, 9, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (10, 1, 7, 10, 62, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'df20a3ba3b09830208a12c77032e3a48df037ad8b607733b9aa3347e1b5de6f7', 'a5d185dbca18eec0912043918053c61aad0331fbc232803add93265926bd4440', 62, 1, 1, 7, 1, 10, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (11, 1, 7, 11, 62, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '2c4f3c6af0ce4729d5b9e1625d4c90b02cf3736379c860b414d5f037a656f5ce', '085e2215b2d627d218bd377545aed25af8a8abb1584990440664208ecc06290c', 62, 1, 1, 7, 1, 11, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (12, 1, 7, 12, 32, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', 'd05fa87ea9c033e3588c3f1315b33d3c1b9755aba914d8f1c0d839d962db4613', 'd4fd5092d502ac7775077f4739c7d1ed3febb72099f98d3d46c35686dc0455f3', 32, 1, 1, 7, 1, 12, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (37, 4, 7, 1, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'b7eb66da5fe4201dd0a240cc2d04f9df07048468b9eb44233881a486ee94b61c', '1262742c4db2f34d83ff124b8c6063815a1e706cdbf9971713dc4fb7d79d0c55', 79, 1, 4, 7, 1, 1, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (48, 4, 7, 12, 32, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', 'd05fa87ea9c033e3588c3f1315b33d3c1b9755aba914d8f1c0d839d962db4613', 'd4fd5092d502ac7775077f4739c7d1ed3febb72099f98d3d46c35686dc0455f3', 52, 1, 4, 7, 1, 12, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (69, 6, 7, 9, 60, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (70, 6, 7, 10, 63, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (71, 6, 7, 11, 63, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (72, 6, 7, 12, 63, '2020-05-17 08:30:00+00', '{}', 'listed', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (46, 4, 7, 10, 62, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'df20a3ba3b09830208a12c77032e3a48df037ad8b607733b9aa3347e1b5de6f7', 'a5d185dbca18eec0912043918053c61aad0331fbc232803add93265926bd4440', 82, 1, 4, 7, 1, 10, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (47, 4, 7, 11, 62, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '2c4f3c6af0ce4729d5b9e1625d4c90b02cf3736379c860b414d5f037a656f5ce', '085e2215b2d627d218bd377545aed25af8a8abb1584990440664208ecc06290c', 82, 1, 4, 7, 1, 11, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (38, 4, 7, 2, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'c7b454e3c704cdc319546298c97c1577fcf39b56755398a77ec91996b84d10f1', '76f2aaa8eb88f4a28da14abc8af9d41066adb6b222770a1845974162d32b4551', 79, 1, 4, 7, 1, 2, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (39, 4, 7, 3, 59, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', '40328aea272459047925bad52b6399280fae296ca29d21c010adb6f960d7a236', 'dfd96fbb9d9cd6c0342b186d63346d80b648b82fb86a2b37e4e93bd78ba46c46', 79, 1, 4, 7, 1, 3, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (40, 4, 7, 4, 30, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '1e105c8e56186a1e4932add120d2c9db130fabb622d0e7a39f3c8a4516962013', 'd9357f5f9f208971add38a4fcb8d02efc8bf9d48f1b9c14494a6fbe5a70a225f', 50, 1, 4, 7, 1, 4, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (41, 4, 7, 5, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', 'bacd31bec1e83ce52631c52fcced51b67d99bc67266cb3104b2e9ca6a1a2b032', '575a7e313ee46ff71c1de1912833894b21c04ce3d792dfaa46cf6d4f09afaefd', 79, 1, 4, 7, 1, 5, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (42, 4, 7, 6, 59, '2020-05-17 08:30:00+00', '{"\\Seen"}', 'done', NULL, '{}', '4a78286a6895de22b5349f68f23f630a2e828ff6817f3cde64d7198139a9c711', 'eb4a0996703f1fde884263497699f819f5f7d89a24eefd56d2fed5410db52f55', 79, 1, 4, 7, 1, 6, 1, NULL, 0, '{"\\Seen"}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (43, 4, 7, 7, 59, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '8d0f0cb5a7dc63d8cd14834c759e34b5e11ec48b6d6218ca6e57b283a5ac211d', '09d8564cf3e2cc97e8a0e1295f2f6974262b56c7b93130d8db7a189e7e3d7b61', 79, 1, 4, 7, 1, 7, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (54, 5, 7, 6, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', 'cdf3924c0ef8bfc43effcb577dad887aafcd1c5a970db3a5a3f902d4e2697ac2', '19830f64e6dcdeb2c79be00fb59f84df2070e83f99c05dcefee3e1531cf6cbcd', 78, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (55, 5, 7, 7, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '1adec611ac3bf470b88f217dc6dfe588372efd604b0cdef3fccb43527b14d437', 'b5d59cc6828e5c71b4c049ac9795728990e9dcb5d21310596d15ed905dec01e6', 78, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (56, 5, 7, 8, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '952f2a95f900ff781fcf030d33313162d066c13af093e9700a12dc6e7fe7beff', '4747c005e0f6a4bbfa1d65c2c03c625d4e4ea904ece244e52ac51cb7dfa5fcf8', 78, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (57, 5, 7, 9, 58, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '247773d78efd01c7fb00e484b4987e67223309de6a470398b0feef5e5ed37044', 'b6b56c5066926374a41dede6db58664cc610cf1d236cee0e2a29b3806345f7f9', 78, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (58, 5, 7, 10, 61, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', 'ca7787c07da8bfff49fd1840ae705e24c01ca8eef5bdc927d008c4580113d0a1', 'f49e956f6088c9a72b30334369ed3033ab26ace9071ffc322440764019ef91e5', 81, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (59, 5, 7, 11, 61, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', '6e9ef1e24977ea99688e108317db3d9d670222792a20f30b502ab4b6eff43afb', 'a5eedafdd37cb35541adc911910679e97ddb17875802346afee8735f66e26012', 81, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (60, 5, 7, 12, 61, '2020-05-17 08:30:00+00', '{}', 'in-flight', NULL, '{}', 'c4dff603cddd0555930ac5afed2e7ac9128b56c2aaab42608f2aff06369fa58c', '4ed1088c38440eb0a0cf29ff6ae920e85c408191c6592747d3fb0d9a35ad758d', 81, 1, 5, 7, 1, NULL, 1, NULL, 0, '{}', false, false, NULL, 0, false);
INSERT INTO public.messages VALUES (53, 5, 7, 5, 58, '2020-05-17 08:30:00+00', '{}', 'done', NULL, '{}', '4f4e28216da7cb9725929ff271f99af502b9aa0d1ffcfdab8a57be0d3621fbfd', 'a3174be88d17310ae91cf600fecceea1947d757e3167f6103c34d265ab2c6e81', 78, 1, 5, 7, 1, 5, 1, NULL, 0, '{}', false, false, NULL, 0, false);

INSERT INTO public.migrations VALUES ('b6b8c872-7dfa-4c71-a27f-3fc5fd8f733d', '50de183c-1f2f-4279-8dbe-b27e69bb54e6', NULL, NULL, 'copy generic source.test generic', 'generic', 'generic', 'source.test', 'Syncing', NULL, NULL, NULL, NULL, 0, false, '2026-11-25 06:55:37.449995+00', 0, 1, false, NULL, NULL, NULL, NULL, '2026-11-25 06:55:37.449995+00', NULL, NULL, NULL, 0, NULL, NULL, '[]', '[]');
INSERT INTO public.migrations VALUES ('5dca93cc-2796-441a-829e-b3ed9d2c68ae', 'e34a66ab-dede-49df-b031-940f46b4137a', NULL, NULL, 'copy exchange-online source.test exchange-online', 'exchange-online', 'exchange-online', 'source.test', 'Syncing', NULL, NULL, NULL, NULL, 0, false, '2026-11-25 06:55:37.726898+00', 0, 1, true, NULL, NULL, NULL, NULL, '2026-11-25 06:55:37.726898+00', NULL, NULL, NULL, 0, NULL, NULL, '[]', '[]');
INSERT INTO public.migrations VALUES ('1a15aaea-5ae2-482f-8b7f-8f9d8e8f81ab', '5f497e7c-4036-42e5-92fb-b0c29a612688', '89dc4060-4e14-44e3-aca2-90e28a51ed87', '{"id": "anna", "kind": "member", "displayName": "anna", "usageLocation": null, "userPrincipalName": "anna@contoso.example"}', NULL, 'anna@contoso.example', NULL, 'imap.mail.me.com', 'WaitingForUser', NULL, NULL, NULL, NULL, 0, false, '2026-11-25 06:55:38.063+00', 3, 3, false, NULL, NULL, NULL, NULL, '2026-11-25 06:55:38.004004+00', NULL, NULL, NULL, 1, NULL, NULL, '[]', '[]');
INSERT INTO public.migrations VALUES ('ef7e130e-bc28-40a5-8b62-25cab49b2555', '03fd0780-0f3b-4f4d-9a3f-0cefc1ae33b5', '89dc4060-4e14-44e3-aca2-90e28a51ed87', '{"id": "ben", "kind": "member", "displayName": "ben", "usageLocation": null, "userPrincipalName": "ben@contoso.example"}', NULL, 'ben@contoso.example', 'ben@icloud.com', 'imap.mail.me.com', 'Syncing', NULL, NULL, NULL, NULL, 0, false, '2026-11-25 06:55:38.202+00', 8, 8, false, NULL, NULL, NULL, NULL, '2026-11-25 06:55:38.004004+00', NULL, NULL, NULL, 2, NULL, NULL, '[]', '[]');
INSERT INTO public.migrations VALUES ('83c23028-33cb-4521-8f30-7ff411382470', '52d71c7f-63b1-45ab-af66-1ffebaf777eb', '89dc4060-4e14-44e3-aca2-90e28a51ed87', '{"id": "carl", "kind": "member", "displayName": "carl", "usageLocation": null, "userPrincipalName": "carl@contoso.example"}', NULL, 'carl@contoso.example', NULL, 'imap.mail.me.com', 'Cancelled', NULL, NULL, NULL, NULL, 0, false, '2026-11-25 06:55:38.233+00', 4, 4, false, NULL, NULL, NULL, NULL, '2026-11-25 06:55:38.004004+00', NULL, NULL, NULL, 3, NULL, NULL, '[]', '[]');

INSERT INTO public.plans VALUES ('plan-1', '{"kind": "people", "personIds": ["anna", "ben", "carl"]}', '89dc4060-4e14-44e3-aca2-90e28a51ed87', NULL, '2026-11-25 06:55:37.987+00');

INSERT INTO public.posted_cards VALUES ('person:1a15aaea-5ae2-482f-8b7f-8f9d8e8f81ab', '{"activityId": "a", "conversation": {"botId": "b", "userId": "anna", "tenantId": "contoso", "serviceUrl": "https://smba.example", "conversationId": "c", "conversationType": "personal"}}');

INSERT INTO public.target_folders VALUES (1, 'generic', 'INBOX');
INSERT INTO public.target_folders VALUES (2, 'generic', 'Later');
INSERT INTO public.target_folders VALUES (3, 'generic', 'Projects/2020');
INSERT INTO public.target_folders VALUES (4, 'exchange-online', 'INBOX');
INSERT INTO public.target_folders VALUES (5, 'exchange-online', 'Later');
INSERT INTO public.target_folders VALUES (6, 'exchange-online', 'Projects/2020');

INSERT INTO public.tenant_changes VALUES (1, '1a15aaea-5ae2-482f-8b7f-8f9d8e8f81ab', 'imap', 'anna', 'off', 'on', '2026-11-25 06:55:38.034+00', NULL, '2026-11-25 06:55:38.043+00', NULL);
INSERT INTO public.tenant_changes VALUES (2, 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'imap', 'ben', 'off', 'on', '2026-11-25 06:55:38.067416+00', NULL, '2026-11-25 06:55:38.081+00', NULL);
INSERT INTO public.tenant_changes VALUES (3, '83c23028-33cb-4521-8f30-7ff411382470', 'imap', 'carl', 'off', 'on', '2026-11-25 06:55:38.099308+00', NULL, '2026-11-25 06:55:38.103+00', NULL);
INSERT INTO public.tenant_changes VALUES (4, 'ef7e130e-bc28-40a5-8b62-25cab49b2555', 'mailbox-access', 'ben', 'none', 'FullAccess', '2026-11-25 06:55:38.157806+00', NULL, '2026-11-25 06:55:38.165+00', NULL);

SELECT pg_catalog.setval('drizzle.__drizzle_migrations_id_seq', 9, true);

SELECT pg_catalog.setval('public.audit_id_seq', 19, true);

SELECT pg_catalog.setval('public.folders_id_seq', 6, true);

SELECT pg_catalog.setval('public.logins_id_seq', 1, true);

SELECT pg_catalog.setval('public.messages_id_seq', 72, true);

SELECT pg_catalog.setval('public.target_folders_id_seq', 6, true);

SELECT pg_catalog.setval('public.tenant_changes_id_seq', 4, true);

ALTER TABLE ONLY drizzle.__drizzle_migrations
    ADD CONSTRAINT __drizzle_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (migration_id);

ALTER TABLE ONLY public.folders
    ADD CONSTRAINT folders_path UNIQUE (migration_id, source_path);

ALTER TABLE ONLY public.folders
    ADD CONSTRAINT folders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT logins_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_source UNIQUE (folder_id, uid_validity, uid);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.nonces
    ADD CONSTRAINT nonces_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.posted_cards
    ADD CONSTRAINT posted_cards_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.target_folders
    ADD CONSTRAINT target_folders_path UNIQUE (mailbox, path);

ALTER TABLE ONLY public.target_folders
    ADD CONSTRAINT target_folders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tenant_changes
    ADD CONSTRAINT tenant_changes_pkey PRIMARY KEY (id);

CREATE INDEX logins_account ON public.logins USING btree (account);

CREATE INDEX messages_flags ON public.messages USING btree (folder_id) WHERE flags_changed;

CREATE INDEX messages_open ON public.messages USING btree (folder_id, state);

CREATE UNIQUE INDEX messages_target ON public.messages USING btree (target_folder_id, target_uid_validity, target_uid) WHERE (target_uid IS NOT NULL);

CREATE INDEX messages_vanished ON public.messages USING btree (key) WHERE vanished;

CREATE INDEX migrations_batch ON public.migrations USING btree (batch_id);

CREATE UNIQUE INDEX migrations_plan ON public.migrations USING btree (plan_hash) WHERE (plan_hash IS NOT NULL);

CREATE INDEX migrations_state ON public.migrations USING btree (state);

CREATE UNIQUE INDEX tenant_changes_open ON public.tenant_changes USING btree (migration_id, what, person_id, before, after) WHERE (undone_at IS NULL);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_migration_id_migrations_id_fk FOREIGN KEY (migration_id) REFERENCES public.migrations(id);

ALTER TABLE ONLY public.folders
    ADD CONSTRAINT folders_migration_id_migrations_id_fk FOREIGN KEY (migration_id) REFERENCES public.migrations(id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_folder_id_folders_id_fk FOREIGN KEY (folder_id) REFERENCES public.folders(id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_target_folder_id_target_folders_id_fk FOREIGN KEY (target_folder_id) REFERENCES public.target_folders(id);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_batch_id_batches_id_fk FOREIGN KEY (batch_id) REFERENCES public.batches(id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_batch_id_batches_id_fk FOREIGN KEY (batch_id) REFERENCES public.batches(id);

ALTER TABLE ONLY public.tenant_changes
    ADD CONSTRAINT tenant_changes_migration_id_migrations_id_fk FOREIGN KEY (migration_id) REFERENCES public.migrations(id);

