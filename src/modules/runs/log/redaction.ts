const STRUCK = '[redacted]';

/** A name of what is secret, as its first group. */
const NAMED = String.raw`\b([\w-]{0,60}(?:password|passwd|passphrase|secret|token|credentials?|(?:api|access|private|account)[_-]?key))`;

/** What looks like a secret: a word of it stays, so that a reader knows what was struck out. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bsbx_[A-Za-z0-9_-]{16,}/g, STRUCK],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${STRUCK}`],
  [/\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@]{1,200}):[^\s/@]{1,500}@/gi, `$1:${STRUCK}@`],
  // In quotes up to their end, otherwise up to what a value hardly holds.
  [new RegExp(String.raw`${NAMED}(["']?\s{0,5}[=:]\s{0,5}(["']))(?:(?!\3).){1,2000}`, 'gi'), `$1$2${STRUCK}`],
  [new RegExp(String.raw`${NAMED}(["']?\s{0,5}[=:]\s{0,5})[^\s"',;&]{1,2000}`, 'gi'), `$1$2${STRUCK}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{0,1000}/g, STRUCK],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, STRUCK],
  // As GitHub, Slack, Hugging Face, OpenAI and Google write theirs.
  [/\b(?:gh[oprsu]_|github_pat_|xox[abeprs]-|hf_|sk-)[A-Za-z0-9_-]{20,200}/g, STRUCK],
  [/\bAIza[0-9A-Za-z_-]{35}/g, STRUCK],
];

/** Strikes secrets out of a log, line by line: keys in PEM form over as many lines as they have. */
export class Redaction {
  private inKey = false;

  of(line: string): string {
    const begins = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line);
    const ends = /-----END [A-Z ]{0,40}PRIVATE KEY-----/.test(line);
    const within = this.inKey || begins;
    this.inKey = within && !ends;
    if (within) return STRUCK;
    return SECRETS.reduce((text, [secret, instead]) => text.replace(secret, instead), line);
  }
}
