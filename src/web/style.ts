/** The one style sheet, inline: its hash stands in the content security policy. */
export const STYLE = `
:root{color-scheme:light dark;--text:#1b1a19;--soft:#55524f;--back:#f5f4f2;--card:#fff;--line:#d8d5d1;--main:#0b5cad;--on-main:#fff;--failed:#a4262c}
@media (prefers-color-scheme:dark){:root{--text:#f3f2f1;--soft:#b8b5b2;--back:#1b1a19;--card:#252423;--line:#4a4745;--main:#78b3ee;--on-main:#10202f;--failed:#ff9c9f}}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK JP",sans-serif;color:var(--text);background:var(--back)}
header,main,footer{max-width:40rem;margin:0 auto;padding:0 1.25rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;align-items:baseline;padding-top:1rem;color:var(--soft);font-size:.875rem}
header p{margin:0;font-weight:600}
header form{margin:0;overflow-wrap:anywhere}
main{margin:.75rem auto 1.25rem;padding:1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow-wrap:break-word}
@media (max-width:42rem){main{border-width:1px 0;border-radius:0}}
footer{padding-bottom:2rem;font-size:.875rem;color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:.5rem 1rem}
nav span{font-weight:600}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .75rem}
h2{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.5rem 0}
section{border-top:1px solid var(--line);margin:1rem 0;padding-top:.5rem}
.hint{color:var(--soft);font-size:.875rem}
.strong{font-weight:600}
.failed{color:var(--failed);font-weight:600}
.mono{font-family:ui-monospace,monospace}
a{color:var(--main)}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input,textarea{width:100%;font:inherit;padding:.55rem .7rem;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.4rem}
textarea{resize:vertical}
progress{width:100%;height:.75rem;accent-color:var(--main)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}
dd{margin:0}
.columns{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
.buttons{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.25rem}
button,.button{font:inherit;font-weight:600;padding:.55rem 1.1rem;border:1px solid var(--main);border-radius:.4rem;cursor:pointer;color:var(--main);background:transparent;text-decoration:none}
.primary{color:var(--on-main);background:var(--main)}
.link{padding:0;border:0;font-weight:400;text-decoration:underline}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}
ul{padding-left:1.25rem}
`;
