/** The 22 folders of the source, as iCloud has them, with the names that people give. */

interface CorpusFolder {
  readonly name: string;
  /** Share of the messages, of whatever all shares add up to. */
  readonly weight: number;
}

export const CORPUS_FOLDERS: readonly CorpusFolder[] = [
  { name: 'INBOX', weight: 38 },
  { name: 'Sent Messages', weight: 18 },
  { name: 'Archive', weight: 14 },
  { name: 'Deleted Messages', weight: 5 },
  { name: 'Junk', weight: 3 },
  { name: 'Drafts', weight: 1 },
  { name: 'Notes', weight: 1.5 },
  { name: 'Projekte', weight: 2 },
  { name: 'Projekte/Umbau Küche', weight: 2 },
  { name: 'Projekte/Umbau Küche/Angebote 2019', weight: 2 },
  { name: 'Projekte/Müller & Söhne', weight: 2 },
  { name: 'Familie', weight: 3 },
  { name: 'Familie/Fotos', weight: 2 },
  { name: 'Receipts', weight: 3 },
  { name: 'Receipts/2014', weight: 1 },
  { name: '日本語フォルダ', weight: 1 },
  { name: 'Ärzte', weight: 0.8 },
  { name: 'Работа', weight: 0.8 },
  // Dovecot makes a \Noselect parent of "Lists".
  { name: 'Lists/node-dev [archived]', weight: 1 },
  { name: '100% "quoted" (x)', weight: 0.3 },
  { name: 'Smile 😀', weight: 0.3 },
  { name: 'Empty folder', weight: 0 },
];

/** Special folders that each server has from the first login on, with their special use. */
export const SOURCE_SPECIAL: Readonly<Record<string, string | null>> = {
  'Sent Messages': '\\Sent',
  Drafts: '\\Drafts',
  'Deleted Messages': '\\Trash',
  Junk: '\\Junk',
  Archive: '\\Archive',
  Notes: null,
};

export const TARGET_SPECIAL: Readonly<Record<string, string | null>> = {
  'Sent Items': '\\Sent',
  Drafts: '\\Drafts',
  'Deleted Items': '\\Trash',
  'Junk Email': '\\Junk',
  Archive: '\\Archive',
};

/** Source folders whose messages belong into a folder of another name. */
export const RENAMED_FOLDERS: Readonly<Record<string, string>> = {
  'Sent Messages': 'Sent Items',
  'Deleted Messages': 'Deleted Items',
  Junk: 'Junk Email',
};
