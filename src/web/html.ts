/** Text as HTML text or attribute: nothing in it is read as a mark. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** `**bold**`, a link that shows itself, or a sign that stands for itself: all that cards use of Markdown. */
const MARKS = /\*\*([^*]+)\*\*|\[([^\]]+)\]\((https:\/\/[^\s()]+)\)|\\([\\*_[\]`~<>])/g;

/** The text of a card as HTML; links leave in a new tab, and take no opener with them. */
export function markdownToHtml(text: string): string {
  let html = '';
  let end = 0;
  for (const match of text.matchAll(MARKS)) {
    const [whole, bold, label, url, sign] = match;
    html += escapeHtml(text.slice(end, match.index));
    if (bold !== undefined) {
      html += `<strong>${escapeHtml(bold)}</strong>`;
    } else if (label !== undefined && url !== undefined) {
      html += `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${escapeHtml(label)}</a>`;
    } else {
      html += escapeHtml(sign ?? '');
    }
    end = match.index + whole.length;
  }
  return html + escapeHtml(text.slice(end));
}
