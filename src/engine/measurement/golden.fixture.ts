/**
 * Golden values of 3,000 rows, i = 0 … 2999: scikit-learn 1.2.1 (`roc_auc_score`, `average_precision_score`,
 * `brier_score_loss`, `confusion_matrix`, `roc_curve(drop_intermediate=False)` for KS and recall at a false-positive
 * rate), and NumPy 1.24 for the rest: DeLong's standard error over all pairs, log loss with 1e-15, calibration bins by
 * ⌊10·rank/n⌋ of `searchsorted`, precision at 100 with ties in expectation. Confusion is tp, fp, tn, fn at 0.5.
 */
export interface Golden {
  rocAuc: number;
  averagePrecision: number;
  ks: number;
  tprAtFpr1: number;
  tprAtFpr5: number;
  fprReached: number[];
  delong: number | null;
  confusion: number[];
  precisionAt100: number;
  brier?: number;
  logLoss?: number;
  expectedCalibrationError?: number;
}

const N = 3000;
const rows = Array.from({ length: N }, (_, i) => i);
const uniform = rows.map((i) => ((i * 48271) % 65537) / 65537);
const labels = rows.map((i) => ((i * 7919) % 97 < 5 ? 1 : 0));
const of = (score: (u: number, y: number, i: number) => number): number[] =>
  rows.map((i) => score(uniform[i] ?? 0, labels[i] ?? 0, i));

export const CASES: Record<string, { labels: number[]; scores: number[] }> = {
  'distinct scores': { labels, scores: of((u, y) => 0.75 * u + 0.25 * u * y) },
  ties: { labels, scores: of((u, y) => Math.floor(20 * (0.75 * u + 0.25 * y)) / 20) },
  'one positive': { labels: rows.map((i) => (i === 1234 ? 1 : 0)), scores: uniform },
  'constant scores': { labels, scores: of(() => 0.3) },
  'unbounded scores': { labels, scores: of((u, y) => 8 * u - 3 + 2 * y) },
  'extremes 0 and 1': { labels, scores: of((u, _, i) => (i % 7 === 0 ? 0 : i % 11 === 0 ? 1 : u)) },
  'float32 scores': { labels, scores: of((u) => Math.fround(u * u)) },
  'nearly all positive': { labels: labels.map((y) => 1 - y), scores: uniform },
};

export const GOLDEN: Record<string, Golden> = {
  'distinct scores': {
    rocAuc: 0.6169420035149384,
    averagePrecision: 0.31524252860618435,
    ks: 0.253041555643744,
    tprAtFpr1: 0.25161290322580643,
    tprAtFpr5: 0.27741935483870966,
    fprReached: [0.00984182776801406, 0.04991212653778559],
    delong: 0.027238262151215602,
    brier: 0.1955329546247514,
    logLoss: 0.5755464483583785,
    expectedCalibrationError: 0.33150957092939864,
    confusion: [77, 950, 1895, 78],
    precisionAt100: 0.42,
  },
  ties: {
    rocAuc: 0.7725313226373378,
    averagePrecision: 0.3984636564564991,
    ks: 0.34647088837235673,
    tprAtFpr1: 0.3225806451612903,
    tprAtFpr5: 0.3225806451612903,
    fprReached: [0.0, 0.0],
    delong: 0.018460751390901944,
    brier: 0.17141916666666665,
    logLoss: 0.49803711711895393,
    expectedCalibrationError: 0.3112833333333333,
    confusion: [105, 950, 1895, 50],
    precisionAt100: 0.5227272727272727,
  },
  'one positive': {
    rocAuc: 0.8972990996999,
    averagePrecision: 0.003236245954692557,
    ks: 0.8972990996999,
    tprAtFpr1: 0.0,
    tprAtFpr5: 0.0,
    fprReached: [0.009669889963321108, 0.04968322774258086],
    delong: null,
    brier: 0.33316278769927904,
    logLoss: 0.9987740352910108,
    expectedCalibrationError: 0.49971250845578324,
    confusion: [1, 1499, 1500, 0],
    precisionAt100: 0.0,
  },
  'constant scores': {
    rocAuc: 0.5,
    averagePrecision: 0.051666666666666666,
    ks: 0.0,
    tprAtFpr1: 0.0,
    tprAtFpr5: 0.0,
    fprReached: [0.0, 0.0],
    delong: 0.0,
    brier: 0.11066666666666666,
    logLoss: 0.400452000058738,
    expectedCalibrationError: 0.2483333333333333,
    confusion: [0, 0, 2845, 155],
    precisionAt100: 0.051666666666666666,
  },
  'unbounded scores': {
    rocAuc: 0.7129225012755824,
    averagePrecision: 0.33376316700563047,
    ks: 0.26606950507398375,
    tprAtFpr1: 0.2645161290322581,
    tprAtFpr5: 0.2967741935483871,
    fprReached: [0.00984182776801406, 0.04991212653778559],
    delong: 0.020725519838642462,
    confusion: [124, 1600, 1245, 31],
    precisionAt100: 0.43,
  },
  'extremes 0 and 1': {
    rocAuc: 0.5025160156471455,
    averagePrecision: 0.05205617353884532,
    ks: 0.04732694597199383,
    tprAtFpr1: 0.0,
    tprAtFpr5: 0.0,
    fprReached: [0.0, 0.0],
    delong: 0.023753978694511468,
    brier: 0.34148892109770757,
    logLoss: 3.605541478067322,
    expectedCalibrationError: 0.4344346501467365,
    confusion: [75, 1328, 1517, 80],
    precisionAt100: 0.05128205128205128,
  },
  'float32 scores': {
    rocAuc: 0.49484664663529676,
    averagePrecision: 0.05260179065317884,
    ks: 0.033040421792618624,
    tprAtFpr1: 0.012903225806451613,
    tprAtFpr5: 0.06451612903225806,
    fprReached: [0.00984182776801406, 0.04991212653778559],
    delong: 0.024196385813762312,
    brier: 0.21759082255825812,
    logLoss: 0.7003432054668207,
    expectedCalibrationError: 0.29842937662060454,
    confusion: [44, 836, 2009, 111],
    precisionAt100: 0.04,
  },
  'nearly all positive': {
    rocAuc: 0.5051533533647032,
    averagePrecision: 0.9487563677918327,
    ks: 0.033040421792618624,
    tprAtFpr1: 0.008084358523725835,
    tprAtFpr5: 0.03901581722319859,
    fprReached: [0.0064516129032258064, 0.04516129032258064],
    delong: 0.024196385813762312,
    brier: 0.3328353289100963,
    logLoss: 0.9959678436543463,
    expectedCalibrationError: 0.44829707391753254,
    confusion: [1423, 77, 78, 1422],
    precisionAt100: 0.96,
  },
};
