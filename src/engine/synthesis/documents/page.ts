import { escapeMarkdown, escapeMarkup } from './wording.js';

/** What a readable document is made of; the same blocks become Markdown and one page of HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      /** places of columns that hold numbers */
      readonly numeric?: readonly number[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: 'picture'; readonly title: string; readonly path: string; readonly svg: string };

export function toMarkdown(blocks: readonly Block[]): string {
  const parts = blocks.map((block) => {
    switch (block.kind) {
      case 'heading':
        return `${'#'.repeat(block.level)} ${escapeMarkdown(block.text)}`;
      case 'paragraph':
        return escapeMarkdown(block.text);
      case 'list':
        return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
      case 'code':
        return `    ${block.text.replaceAll('\n', ' ')}`;
      case 'table':
        return [
          `| ${block.head.map(escapeMarkdown).join(' | ')} |`,
          `|${block.head.map((_, place) => (block.numeric?.includes(place) === true ? '--:' : '---')).join('|')}|`,
          ...block.rows.map((row) => `| ${row.map(escapeMarkdown).join(' | ')} |`),
        ].join('\n');
      case 'picture':
        return `![${escapeMarkdown(block.title)}](${block.path})`;
    }
  });
  return `${parts.join('\n\n')}\n`;
}

const STYLE = `body{font:16px/1.5 sans-serif;color:#222;background:#fff;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;font-size:.875rem;margin:1rem 0}
th,td{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{border-bottom:2px solid #999}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td:first-child{min-width:9rem}
code{background:#f2f2f2;padding:.5rem;display:block;overflow-wrap:anywhere}svg{max-width:100%;height:auto}
figure{margin:1.5rem 0}.wide{overflow-x:auto}`;

/** One page that needs nothing beside it. */
export function toHtml(title: string, blocks: readonly Block[]): string {
  const text = escapeMarkup;
  const body = blocks.map((block) => {
    switch (block.kind) {
      case 'heading':
        return `<h${block.level}>${text(block.text)}</h${block.level}>`;
      case 'paragraph':
        return `<p>${text(block.text)}</p>`;
      case 'list':
        return `<ul>${block.items.map((item) => `<li>${text(item)}</li>`).join('')}</ul>`;
      case 'code':
        return `<code>${text(block.text)}</code>`;
      case 'table': {
        const align = (place: number) => (block.numeric?.includes(place) === true ? ' class="n"' : '');
        const line = (tag: string, row: readonly string[]) =>
          `<tr>${row.map((value, place) => `<${tag}${align(place)}>${text(value)}</${tag}>`).join('')}</tr>`;
        return `<div class="wide"><table><thead>${line('th', block.head)}</thead><tbody>\n${block.rows.map((row) => line('td', row)).join('\n')}\n</tbody></table></div>`;
      }
      case 'picture':
        return `<figure>${block.svg}</figure>`;
    }
  });
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${text(title)}</title><style>${STYLE}</style></head><body>\n${body.join('\n')}\n</body></html>\n`;
}
