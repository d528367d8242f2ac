import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { type Connection, PageArguments } from '../../platform/graphql/pagination.js';
import {
  type Actor,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
} from '../identity/index.js';
import { Run, runLoader, RunService } from '../runs/index.js';
import { reportOfRunLoader } from './report.loader.js';
import { ReportService } from './report.service.js';
import { CriterionOutcome, LanguageName, Report, ReportConnection } from './report.type.js';

@Resolver(() => Report)
export class ReportResolver {
  constructor(
    private readonly service: ReportService,
    private readonly runs: RunService,
  ) {}

  @AllowAnyRole()
  @Query(() => Report, { description: 'One report.' })
  report(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): Promise<Report> {
    return this.service.report(actor, id);
  }

  @AllowAnyRole()
  @Query(() => ReportConnection, { description: 'Reports that the caller may see, newest first.' })
  reports(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<Report>> {
    return this.service.reports(actor, page);
  }

  @AllowedWithParent()
  @ResolveField(() => Run, { description: 'The run that it is of.' })
  run(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() report: Report,
  ): Promise<Run | null> {
    return runLoader(request, actor, this.runs).load(report.runId);
  }
}

@Resolver(() => CriterionOutcome)
export class CriterionOutcomeResolver {
  @AllowedWithParent()
  @ResolveField(() => String, { description: 'The verdict in a sentence, made from the numbers.' })
  sentence(
    @Parent() outcome: CriterionOutcome,
    @Args('language', {
      type: () => LanguageName,
      defaultValue: LanguageName.EN,
      description: 'The language to tell it in.',
    })
    language: LanguageName,
  ): string {
    return outcome.sentences[language];
  }
}

/** A run's report is the reports' to tell: runs know nothing of what comes after them. */
@Resolver(() => Run)
export class RunReportResolver {
  constructor(private readonly service: ReportService) {}

  @AllowedWithParent()
  @ResolveField(() => Report, { nullable: true, description: 'Its sealed report; null unless it SUCCEEDED.' })
  report(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<Report | null> {
    return reportOfRunLoader(request, actor, this.service).load(run.id);
  }
}
