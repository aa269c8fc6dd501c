/** The look of the report: system fonts, light and dark, one column on a phone, ink-saving on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1b1f27, #e8eaf0);
  --soft: light-dark(#5a6375, #a3abbd);
  --line: light-dark(#dfe3ea, #313847);
  --page: light-dark(#f4f6f9, #12151b);
  --card: light-dark(#ffffff, #1a1f28);
  --blue: light-dark(#1f5fbf, #7fb2ff);
  --ok: light-dark(#17713c, #6fd397);
  --ok-back: light-dark(#e8f5ec, #14301f);
  --warn: light-dark(#8a5300, #f2bd6b);
  --warn-back: light-dark(#fdf3e1, #33260f);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-back: light-dark(#fdecea, #3a1816);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; margin: .2rem 0 .3rem; }
h2 { font-size: 1.1rem; margin: 0 0 .9rem; }
h3 { font-size: 1rem; margin: 1.3rem 0 .5rem; }
p { margin: 0 0 .6rem; }
ul + table, ul + p, table + p { margin-top: 1rem; }
p:last-child { margin-bottom: 0; }
.brand { color: var(--blue); font-weight: 600; font-size: .9rem; letter-spacing: .02em; }
.soft { color: var(--soft); }
.small { font-size: .85rem; }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.4rem 1.5rem; margin-top: 1.1rem;
}
.verdict { display: flex; gap: 1rem; align-items: flex-start; border-left-width: 6px; }
.verdict .mark { font-size: 1.6rem; line-height: 1.2; font-weight: 700; }
.verdict h2 { font-size: 1.25rem; margin: 0 0 .25rem; }
.verdict.ok { background: var(--ok-back); border-color: var(--ok); }
.verdict.ok .mark, .ok-text { color: var(--ok); }
.verdict.warn { background: var(--warn-back); border-color: var(--warn); }
.verdict.warn .mark, .warn-text { color: var(--warn); }
.verdict.bad { background: var(--bad-back); border-color: var(--bad); }
.verdict.bad .mark, .bad-text { color: var(--bad); }
.sum { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: baseline; margin: 0 0 1rem; }
.sum .pair { display: flex; gap: .9rem; align-items: baseline; }
.sum .sign { color: var(--soft); font-size: 1.5rem; }
.sum .term b { display: block; font-size: 1.75rem; line-height: 1.15; font-weight: 650; }
.sum .term { color: var(--soft); font-size: .85rem; }
.sum .term b { color: var(--ink); }
.bar { display: block; width: 100%; height: 10px; border-radius: 5px; margin-bottom: 1.2rem; }
.bar .copied { fill: var(--ok); }
.bar .already-there { fill: var(--blue); }
.bar .skipped, .bar .gone { fill: var(--soft); }
.bar .failed, .bar .open, .bar .later { fill: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .9rem 1.5rem; margin: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; }
th, td { padding: .5rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
td.zero { color: var(--soft); }
td.title { min-width: 12rem; }
tbody tr:last-child td { border-bottom-color: var(--soft); }
tfoot td { font-weight: 650; border-bottom: 0; }
tfoot .small { font-weight: 400; }
table.plain tbody tr:last-child td { border-bottom: 0; }
ul { margin: 0; padding-left: 1.1rem; }
li { margin: .15rem 0; }
code { font: .85rem/1.4 ui-monospace, "Cascadia Mono", "Liberation Mono", monospace; }
footer { margin-top: 1.4rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem .75rem 2rem; }
  section { padding: 1.1rem 1rem; border-radius: 10px; }
  h1 { font-size: 1.5rem; }
  .sum .term b { font-size: 1.35rem; }
  thead { display: none; }
  dl { grid-template-columns: 1fr 1fr; gap: .7rem 1rem; }
  table, tbody, tfoot, tr, td { display: block; width: 100%; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  tr:last-child { border-bottom: 0; }
  td { border: 0 !important; padding: .1rem 0 !important; display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  td::before { content: attr(data-label); color: var(--soft); font-weight: 400; text-align: left; flex: none; }
  td.title { display: block; text-align: left; font-weight: 600; }
  td.title::before { content: none; }
  td.title .small { font-weight: 400; }
  td.zero { display: none; }
}
@media print {
  :root { color-scheme: light; --page: #fff; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { break-inside: auto; padding: .8rem 1rem; }
  tr, dl, .verdict, .sum { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
