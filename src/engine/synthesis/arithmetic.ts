/**
 * Exponential and logarithm from + − × ÷ alone, which IEEE 754 defines to the bit. `Math.exp` and `Math.log` may
 * differ in the last bit between builds and processors, and a dataset's digest must not.
 *
 * After FDLIBM's e_exp.c and e_log.c (Sun Microsystems, 1993), whose error is below one unit in the last place.
 */
const { floor } = Math;
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;

/** 2^k for k = −1074 … 1023, by exact doubling. */
const POWERS_OF_TWO = (() => {
  const powers = new Float64Array(2098);
  let value = 1;
  for (let k = 0; k <= 1023; k += 1, value *= 2) powers[1074 + k] = value;
  value = 1;
  for (let k = 0; k >= -1074; k -= 1, value /= 2) powers[1074 + k] = value;
  return powers;
})();

/** e^x; 0 below −708, Infinity above 709. */
export function exp(x: number): number {
  if (x > 709) return Infinity;
  if (x < -708) return 0;
  if (x !== x) return x;
  const k = floor(x * INVERSE_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t *
              (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  return (1 - (low - (r * c) / (2 - c) - high)) * (POWERS_OF_TWO[1074 + k] ?? 0);
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
/** Which half holds the exponent: machines differ in the order of bytes. */
const HIGH = (() => {
  double[0] = 1;
  return halves[1] === 0x3ff00000 ? 1 : 0;
})();

/** Natural logarithm of a finite number above zero; −Infinity at zero, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -54;
  }
  double[0] = x;
  const bits = halves[HIGH] ?? 0;
  k += (bits >>> 20) - 1023;
  let mantissa = (bits & 0xfffff) | 0x3ff00000;
  if ((bits & 0xfffff) >= 0x6a09e) {
    mantissa -= 0x100000;
    k += 1;
  }
  halves[HIGH] = mantissa;
  const f = (double[0] ?? 1) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + even + odd) + k * LN2_LOW) - f);
}

/** x^y for x above zero; 0 where x is 0. */
export function power(x: number, y: number): number {
  return x === 0 ? 0 : exp(y * log(x));
}
