import { datasheet, isRealistic, overall, picturePath, type VersionFacts } from './datasheet.js';
import { datasheetPage } from './datasheet-page.js';
import { type LeakAudit } from './leak-audit.js';
import { toHtml, toMarkdown } from './page.js';
import { draw } from './pictures.js';

/** The documents of a version, each with its path: what the tables hold, said for programs and for people. */
export function documentsOf(
  facts: VersionFacts,
  audits: readonly LeakAudit[],
): [path: string, text: string][] {
  const { told, gates, preset } = facts;
  const drawings = new Map(told.pictures.map((picture) => [picture.name, draw(picture)]));
  const page = datasheetPage(facts, drawings);
  const figures = told.realism.map((figure) => ({ ...figure, within: isRealistic(figure) }));
  const outcome = overall(gates);
  return [
    ['datasheet.json', json(datasheet(facts))],
    ['datasheet.md', toMarkdown(page)],
    ['datasheet.html', toHtml(preset.title, page)],
    ['realism.json', json({ schema: 'sandbox-realism/1', figures, ...told.aggregates })],
    ['leak-audit.json', json({ passed: outcome !== 'FAILED', outcome, gates, splits: audits })],
    ...[...drawings].map(([name, svg]): [string, string] => [picturePath(name), svg]),
  ];
}

function json(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
