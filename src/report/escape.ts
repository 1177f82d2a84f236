/** Text of users made harmless for where it is written. Names and titles come from scenarios that anybody may have written. */

/** XML allows no control characters but tab and line ends; what is not text becomes the replacement character. */
function clean(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '\ufffd',
  );
}

/** For HTML and SVG, in text and in attributes with double quotes. */
export function escapeHtml(text: string): string {
  return clean(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** For HTML text: as above, and a number is not parted from its unit. */
export function htmlText(text: string): string {
  return escapeHtml(text).replace(
    /(\d) (?=(?:µs|ms|s|min|h|d|%|[KMGT]iB|B)(?!\w))|(±|−) (?=\d)/g,
    (_, digit?: string, sign?: string) => `${digit ?? sign ?? ''}\u00a0`,
  );
}

/** For Markdown: nothing in it starts a markup, a table cell or a tag. */
export function escapeMarkdown(text: string): string {
  return clean(text)
    .replace(/[\\`*_{}[\]<>|#~]/g, (character) =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`,
    )
    .replace(/&(?=#|\w+;)(?!(lt|gt);)/g, '&amp;')
    .replace(/\s*[\r\n]+\s*/g, ' ');
}

/** Control characters would steer a terminal. */
export function terminalText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** A field of a CSV file. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
