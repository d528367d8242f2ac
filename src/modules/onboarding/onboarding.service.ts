import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import { type Actor, IdentityService, NameTaken } from '../identity/index.js';
import { ApplicationRow } from './application.entity.js';
import type { AdmitTenantInput, ApplyForAdmissionInput } from './onboarding.input.js';
import {
  type Application,
  ApplicationReceipt,
  ApplicationSettled,
  type ApplicationStateName,
  TenantAdmitted,
  TooManyApplications,
} from './onboarding.type.js';

/** What an operator may set about admission. */
export interface OnboardingSettings {
  defaultRunQuota: number;
  /** applications from one network address within an hour */
  applicationsPerHour: number;
}

export const ONBOARDING_SETTINGS = Symbol('ONBOARDING_SETTINGS');

@Injectable()
export class OnboardingService {
  constructor(
    private readonly database: Database,
    private readonly identity: IdentityService,
    @Inject(ONBOARDING_SETTINGS) private readonly settings: OnboardingSettings,
  ) {}

  /**
   * Takes an application from anybody. The limit is counted in the database, so that it holds over all processes
   * and restarts; of the address only a hash is kept.
   */
  async apply(
    address: string | undefined,
    input: ApplyForAdmissionInput,
  ): Promise<ApplicationReceipt | TooManyApplications> {
    const source = createHash('sha256')
      .update(`application source ${address ?? 'unknown'}`)
      .digest();
    return this.database.asSystem(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))`, [source]);
      const recent = await tx
        .createQueryBuilder(ApplicationRow, 'application')
        .where(`application.source = :source AND application.createdAt > now() - interval '1 hour'`, {
          source,
        })
        .getCount();
      if (recent >= this.settings.applicationsPerHour) {
        return new TooManyApplications(
          'TOO_MANY_APPLICATIONS',
          `${recent} applications came from this address within the hour: try again later.`,
        );
      }
      const row = await tx.save(
        tx.create(ApplicationRow, {
          id: uuid(),
          ...input,
          sponsor: input.sponsor ?? null,
          state: 'SUBMITTED',
          source,
          admittedAs: null,
          settledAt: null,
          createdAt: new Date(),
        }),
      );
      await appendAudit(tx, {
        actor: { applicant: row.organisationName },
        action: 'applyForAdmission',
        subject: `application:${row.id}`,
        details: { useCase: row.useCase },
      });
      return Object.assign(new ApplicationReceipt(), { applicationId: row.id, receivedAt: row.createdAt });
    });
  }

  async applications(actor: Actor, page: PageArguments): Promise<Connection<Application>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(ApplicationRow, 'application'), page, toApplication),
    );
  }

  async admit(
    actor: Actor,
    input: AdmitTenantInput,
  ): Promise<TenantAdmitted | ApplicationSettled | NameTaken> {
    return this.database.within(actor, async (tx) => {
      const application = isUuid(input.applicationId)
        ? await tx.findOne(ApplicationRow, {
            where: { id: input.applicationId },
            lock: { mode: 'pessimistic_write' },
          })
        : null;
      if (application === null) throw notFound('Application');
      if (application.state !== 'SUBMITTED') {
        return new ApplicationSettled(
          'APPLICATION_SETTLED',
          `This application was ${application.state.toLowerCase()} on ${application.settledAt?.toISOString() ?? 'an earlier day'}.`,
        );
      }
      const added = await this.identity.addTenant(tx, {
        name: application.organisationName,
        runQuota: input.runQuota ?? this.settings.defaultRunQuota,
        cohort: input.cohort ?? null,
        administrator: { name: application.contactName, email: application.contactEmail },
      });
      if (added === null) {
        return new NameTaken('NAME_TAKEN', `A tenant named ${application.organisationName} exists already.`);
      }
      application.state = 'ADMITTED';
      application.admittedAs = added.organisation.id;
      application.settledAt = new Date();
      await tx.save(application);
      await appendAudit(tx, {
        actor,
        action: 'admitTenant',
        subject: `organisation:${added.organisation.id}`,
        details: {
          application: application.id,
          runQuota: added.organisation.runQuota,
          cohort: added.organisation.cohort,
        },
      });
      return Object.assign(new TenantAdmitted(), { tenant: added.organisation, issued: added.issued });
    });
  }
}

function toApplication(row: ApplicationRow): Application {
  return {
    id: row.id,
    organisationName: row.organisationName,
    contactName: row.contactName,
    contactEmail: row.contactEmail,
    useCase: row.useCase,
    summary: row.summary,
    sponsor: row.sponsor,
    state: row.state as ApplicationStateName,
    createdAt: row.createdAt,
  };
}
