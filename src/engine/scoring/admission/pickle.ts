const PROTO = 0x80;
const STOP = 0x2e;

/** How a pickle of protocol 0 or 1, which has no mark, begins: a global, an empty or marked container, or text. */
const OLD =
  /^(c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n|\((lp|dp|t|i[A-Za-z_]|c[A-Za-z_]|S'|V|I\d|F\d|K|X|U|\()|\]q.|\}q.|[IL]-?\d+L?\n|F-?[\d.]+\n|S['"][^\n]*['"]\n|V[^\n]*\np\d+\n)/s;

/**
 * Whether bytes are a Python pickle, of any protocol; nothing of them is interpreted. joblib's files begin as one.
 *
 * @param last the file's last byte, where it is at hand: every pickle ends with a full stop, joblib's with array bytes
 */
export function isPickle(head: Buffer, last: number | undefined): boolean {
  const [first = 0, second = 0] = head;
  // From protocol 2 on the mark and its number come first; then always an opcode, which is no continued number.
  if (first === PROTO && second >= 2 && second <= 5) return true;
  return (last === undefined || last === STOP || last === 0x0a) && OLD.test(head.toString('latin1', 0, 512));
}
