import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import type { VerdictEvidence } from '../../engine/reporting/index.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import type { Actor } from '../identity/index.js';
import { ReportRow } from './report.entity.js';
import { type CriterionOutcome, Report, type VerdictName } from './report.type.js';

/** The files of a report and which column holds the digest of each, for the tenant and for the others. */
export const REPORT_FILES = {
  'report.json': { tenant: 'tenantDigest', authority: 'digest', type: 'application/json; charset=utf-8' },
  'report.html': { tenant: 'tenantHtmlDigest', authority: 'htmlDigest', type: 'text/html; charset=utf-8' },
  'report.dsse.json': {
    tenant: null,
    authority: 'envelopeDigest',
    type: 'application/vnd.dsse.envelope.v1+json',
  },
} as const;

export type ReportFileName = keyof typeof REPORT_FILES;

@Injectable()
export class ReportService {
  constructor(private readonly database: Database) {}

  async report(actor: Actor, id: string): Promise<Report> {
    return toReport(actor, await this.find(actor, id));
  }

  async reports(actor: Actor, page: PageArguments): Promise<Connection<Report>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(ReportRow, 'report'), page, (row) => toReport(actor, row)),
    );
  }

  /** Reports by the runs that they are of, for loaders. */
  async reportsByRun(actor: Actor, runIds: readonly string[]): Promise<Report[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(ReportRow, 'report')
          .where('report.runId IN (:...runIds)', { runIds })
          .getMany()
      ).map((row) => toReport(actor, row)),
    );
  }

  /** Reports by id, for loaders. */
  async reportsById(actor: Actor, ids: readonly string[]): Promise<Report[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx.createQueryBuilder(ReportRow, 'report').where('report.id IN (:...ids)', { ids }).getMany()
      ).map((row) => toReport(actor, row)),
    );
  }

  /** The digest of one of a report's files as this actor may have it. @throws CodedError `NOT_FOUND` */
  async file(actor: Actor, id: string, name: ReportFileName): Promise<string> {
    const row = await this.find(actor, id);
    const column = actor.scope === 'tenant' ? REPORT_FILES[name].tenant : REPORT_FILES[name].authority;
    if (column === null) throw notFound('File');
    return row[column];
  }

  private async find(actor: Actor, id: string): Promise<ReportRow> {
    const row = isUuid(id)
      ? await this.database.within(actor, (tx) => tx.findOneBy(ReportRow, { id }))
      : null;
    if (row === null) throw notFound('Report');
    return row;
  }
}

export function toReport(actor: Actor, row: ReportRow): Report {
  const tenant = actor.scope === 'tenant';
  return Object.assign(new Report(), {
    id: row.id,
    digest: row.digest,
    evidenceDigest: row.evidenceDigest,
    keyId: row.keyId,
    verdicts: (tenant ? row.tenantVerdicts : row.verdicts).map(toOutcome),
    jsonUrl: `/reports/${row.id}/report.json`,
    htmlUrl: `/reports/${row.id}/report.html`,
    envelopeUrl: tenant ? null : `/reports/${row.id}/report.dsse.json`,
    createdAt: row.createdAt,
    runId: row.runId,
  });
}

function toOutcome(verdict: VerdictEvidence): CriterionOutcome {
  return {
    id: verdict.id,
    metric: verdict.metric,
    slice: verdict.slice === undefined ? null : `${verdict.slice.column}=${verdict.slice.group}`,
    fairnessColumn: verdict.fairness?.column ?? null,
    comparator: verdict.comparator,
    threshold: verdict.threshold,
    source: `${verdict.source.title} (${verdict.source.status})`,
    verdict: verdict.verdict as VerdictName,
    value: verdict.value,
    low: verdict.low,
    high: verdict.high,
    // Reports sealed before there were three languages tell all of them in English.
    sentences: verdict.sentences ?? {
      en: verdict.sentence,
      'zh-Hant': verdict.sentence,
      'zh-Hans': verdict.sentence,
    },
  };
}
