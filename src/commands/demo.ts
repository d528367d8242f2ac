import { Command } from 'commander';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parsePlan, type Plan } from '../engine/assessment/index.js';
import { trustedKey, verifyEnvelope } from '../engine/reporting/index.js';
import { loadConfiguration } from '../platform/config/index.js';
import { projectRoot } from '../platform/database/index.js';
import { createLogger } from '../platform/logging/index.js';
import { applyForAdmission, Operator, type SealedReport, Startup } from './demo/case.js';
import { startService } from '../service/service.js';

/** The datasets of the demo, fraud and credit: as small as verdicts by interval allow. */
const DATASETS = [
  { preset: 'hk-retail-payments', rows: 500_000, parameters: { prevalence: 0.02 } },
  { preset: 'hk-consumer-credit', rows: 90_000, parameters: {} },
] as const;

interface Baselines {
  input: string;
  models: Record<string, { preset: string; file: string; features: string[] }>;
}

/** What the startup says of each baseline. */
const CARDS: Readonly<Record<string, { title: string; purpose: string }>> = {
  strong: {
    title: 'Boosted trees',
    purpose: 'Fraud screening of retail payments by gradient-boosted trees.',
  },
  weak: {
    title: 'Short scorecard',
    purpose: 'Fraud screening of retail payments by a logistic scorecard of few features.',
  },
  skewed: {
    title: 'Trees with a habit',
    purpose: 'Fraud screening that leans on spending habits, and so on who has them.',
  },
  credit: {
    title: 'Credit scorecard',
    purpose: 'Probability of default of applicants for consumer credit, by gradient-boosted trees.',
  },
};

/** What the demo leaves for its reader, so that `npm start` can be used with the same people. */
interface Tokens {
  operator: string;
  tenant: string;
  firstReviewer: string;
  secondReviewer: string;
}

export const command = new Command('demo')
  .option('--data <dir>', 'data folder (SANDBOX_DATA, .data)')
  .option('--rows <n>', 'rows of the dataset of payments', String(DATASETS[0].rows))
  .addHelpText(
    'after',
    `
Runs one whole case through the public API: a startup is admitted, registers three fraud models and a credit
model, locks a plan for each and
runs them blind inside the jail; two reviewers read the sealed reports and decide. Then it exits.
It leaves demo/<model>/report.json, report.dsse.json and report.html in the data folder, and demo/tokens.json.`,
  )
  .action(async ({ data, rows }: { data?: string; rows: string }) => {
    const began = performance.now();
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    const configuration = loadConfiguration(undefined, {
      port: 0,
      ...(data === undefined ? {} : { data }),
    });
    const logger = createLogger({
      level: configuration.logLevel === 'info' ? 'warn' : configuration.logLevel,
      process: 'demo',
    });
    say('Starting the service …');
    const service = await startService({ ...configuration, logLevel: logger.level as 'warn' }, 'all', logger);
    try {
      await tell(service.url ?? '', service.dataFolder, Number(rows), say);
    } finally {
      await service.stop();
    }
    say(
      `\nThe whole case took ${((performance.now() - began) / 1e3).toFixed(1)} s. Look at it again: npm start`,
    );
  });

async function tell(
  url: string,
  dataFolder: string,
  rows: number,
  say: (line: string) => void,
): Promise<void> {
  const baselines = join(projectRoot(), 'src', 'baselines');
  const { input, models } = JSON.parse(
    await readFile(join(baselines, 'baselines.json'), 'utf8'),
  ) as Baselines;
  const folder = join(dataFolder, 'demo');
  await mkdir(folder, { recursive: true });
  const saved = await savedTokens(folder);
  const operator = await Operator.enter(url, saved?.operator, async () =>
    (await readFile(join(dataFolder, 'operator-token'), 'utf8')).trim(),
  );
  // The demo may be run again on the same data folder: each time it is another startup and another authority.
  const round = new Date().toISOString().slice(0, 19).replace('T', ' ');

  const datasets = new Map<string, string>(
    await Promise.all(
      DATASETS.map(async (dataset) => {
        const size = dataset.preset === DATASETS[0].preset ? rows : dataset.rows;
        say(`Cyberport generates ${dataset.preset}, ${size} rows, the blind split from its secret …`);
        const name = `Demo ${dataset.preset} ${round}`;
        const made = await operator.generate({ ...dataset, rows: size, name }, () => undefined);
        say(`  ${dataset.preset}: the blind split's key is committed to: ${made.commitment}`);
        return [dataset.preset, made.id] as const;
      }),
    ),
  );

  const application = await applyForAdmission(url, `Harbour Analytics (demo ${round})`);
  const { token: tenantToken } = await operator.admit(application);
  const authority = await operator.authority(`Hong Kong Monetary Authority (demo ${round})`);
  say('Harbour Analytics applied and was admitted; two reviewers of the authority are invited.');
  const tokens: Tokens = {
    operator: operator.token,
    tenant: tenantToken,
    firstReviewer: authority.tokens[0],
    secondReviewer: authority.tokens[1],
  };
  await writePrivate(join(folder, 'tokens.json'), `${JSON.stringify(tokens, null, 2)}\n`);

  const startup = new Startup(url, tenantToken);
  const cases = await Promise.all(
    Object.entries(models).map(async ([name, model]) => {
      const { title, purpose } = CARDS[name] ?? {
        title: name,
        purpose: 'A reference model.',
      };
      const versionId = await startup.registerVersion(title, purpose, join(baselines, model.file));
      const plan = await demoPlan(baselines, name);
      const locked = await startup.lockPlan(
        versionId,
        datasets.get(model.preset) ?? '',
        { name: input, columns: model.features },
        plan,
      );
      return { name, title, locked };
    }),
  );
  say(`It registered ${cases.length} models and locked a plan for each. Running them blind …`);

  const reports = await Promise.all(
    cases.map(async ({ name, title, locked }) => {
      let last = '';
      const reportId = await startup.run(locked.id, (state) => {
        if (state !== last) say(`  ${name}: ${state}`);
        last = state;
      });
      return { name, title, report: await authority.first.read(reportId) };
    }),
  );
  for (const { name, title, report } of reports) {
    await keep(join(folder, name), report, dataFolder);
    say(
      `\n${title} — sealed report ${report.digest.slice(0, 16)}…, verified against the service's public key`,
    );
    for (const { verdict, sentence } of report.verdicts) say(`  ${verdict.padEnd(12)} ${sentence}`);
    const decision = await authority.first.propose(report.id, decisionOn(report));
    say(
      `  decided by two people: ${decisionOn(report).outcome} (${await authority.second.confirm(decision)})`,
    );
  }
  say(`\nReports: ${folder}/<model>/report.html · tokens of everybody in it: ${folder}/tokens.json`);
}

async function demoPlan(baselines: string, name: string): Promise<Plan> {
  // The skewed model's tenant also asks about a group of few customers, of which little can be said.
  const own: Readonly<Record<string, string>> = {
    skewed: 'demo-plan-small-group.json',
    credit: 'demo-plan-credit.json',
  };
  return parsePlan(await readFile(join(baselines, own[name] ?? 'demo-plan.json'), 'utf8'));
}

function decisionOn(report: SealedReport): {
  outcome: string;
  scope: string;
  reason: string;
  expiresAt: string | null;
} {
  const failed = report.verdicts.filter(({ verdict }) => verdict !== 'PASS').map(({ id }) => id);
  if (failed.length > 0) {
    return {
      outcome: 'DECLINED',
      scope: 'Demonstration',
      reason: `Not shown: ${failed.join(', ')}.`,
      expiresAt: null,
    };
  }
  return {
    outcome: 'APPROVED',
    scope: 'Demonstration: shadow mode',
    reason: 'Every criterion of the locked plan passed by its interval.',
    expiresAt: new Date(Date.now() + 180 * 86_400_000).toISOString(),
  };
}

/** Writes a report's files and checks its seal as anybody could, offline. */
async function keep(folder: string, report: SealedReport, dataFolder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(report.files)) await writeFile(join(folder, name), bytes);
  const envelope = JSON.parse(report.files['report.dsse.json'].toString()) as {
    signatures: { keyid: string }[];
  };
  const keyId = envelope.signatures[0]?.keyid ?? '';
  const pem = await readFile(join(dataFolder, 'keys', `${keyId}.pub`), 'utf8');
  const { verified, checks } = verifyEnvelope(report.files['report.dsse.json'], [
    trustedKey(pem, 'the service’s key'),
  ]);
  if (!verified) throw new Error(checks.find(({ ok }) => !ok)?.sentence ?? 'the seal does not hold');
}

async function savedTokens(folder: string): Promise<Tokens | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'tokens.json'), 'utf8')) as Tokens;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writePrivate(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
