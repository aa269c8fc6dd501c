/** Where the sample's folders belong in Exchange: written down by hand, apart from the product's table. */
export const EXCHANGE_NAMES = {
  '50% *off*': '50_ _off_',
  'The "quoted"': 'The _quoted_',
  'Sent Messages': 'Sent Items',
  'Deleted Messages': 'Deleted Items',
  Junk: 'Junk Email',
  projects: 'projects (2)',
  Files: 'Files (iCloud)',
  Calendar: 'Calendar (iCloud)',
  Notes: 'Notes (iCloud)',
} as const;
