import { Args, ID, Int, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { RequestContext } from '../../../platform/graphql/context.js';
import {
  type Actor,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  IdentityService,
} from '../../identity/index.js';
import { RunChanges } from '../run.changes.js';
import { RunService } from '../run.service.js';
import { Run } from '../run.type.js';
import { RunLogService } from './run-log.service.js';
import { LogArguments, RunLogConnection, RunLogLine } from './run-log.type.js';

const PAGES = {};
const AT_A_TIME = 500;

@Resolver(() => Run)
export class RunLogResolver {
  constructor(
    private readonly service: RunLogService,
    private readonly runs: RunService,
    private readonly changes: RunChanges,
    private readonly identity: IdentityService,
  ) {}

  @AllowedWithParent()
  @ResolveField(() => RunLogConnection, {
    description:
      'What the sandbox and the model said, oldest first. On a blind split a tenant sees the sandbox’s lines alone.',
  })
  async log(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
    @Args() page: LogArguments,
  ): Promise<RunLogConnection | null> {
    const loader = request.loader<RunLogConnection>(async (keys) => {
      const wanted = keys.map((key) => JSON.parse(key) as [page: LogArguments, runId: string]);
      const pages = new Map<string, Promise<Map<string, RunLogConnection>>>();
      for (const [asked] of wanted) {
        const name = JSON.stringify(asked);
        const ids = wanted.filter(([other]) => JSON.stringify(other) === name).map(([, id]) => id);
        if (!pages.has(name)) pages.set(name, this.service.pages(actor, ids, asked));
      }
      return Promise.all(
        wanted.map(async ([asked, id]) => (await pages.get(JSON.stringify(asked)))?.get(id) ?? null),
      );
    }, PAGES);
    const { first, after = null } = page;
    const key = JSON.stringify([{ first, after }, run.id]);
    return loader.clear(key).load(key);
  }

  @AllowAnyRole()
  @Subscription(() => RunLogLine, {
    description:
      'The lines of a run’s log, those there are and those to come, until the run is final. Who comes back after a cut asks for those after the last that it has.',
    resolve: (line: RunLogLine) => line,
  })
  async *runLog(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which run.' }) id: string,
    @Args('after', {
      type: () => Int,
      defaultValue: 0,
      description: 'The `sequence` of the last line that is known already; 0 for the log’s beginning.',
    })
    after: number,
  ): AsyncGenerator<RunLogLine> {
    const changes = this.changes.linesOf(id);
    let last = Math.max(0, after);
    try {
      for (;;) {
        // Asked for before the lines are read: one in between is not missed.
        const next = changes.next();
        const { finishedAt } = await this.runs.run(actor, id);
        for (;;) {
          const lines = await this.service.lines(actor, [id], last, AT_A_TIME);
          yield* lines;
          last = lines.at(-1)?.sequence ?? last;
          if (lines.length < AT_A_TIME) break;
        }
        if (finishedAt !== null || (await next).done === true) return;
        await this.identity.stillHolds(actor);
      }
    } finally {
      await changes.return?.();
    }
  }
}
