import type { FairnessMeasure, MetricName } from '../../measurement/document.js';
import type { Translated } from '../language.js';

export interface MetricWords {
  /** Its name in running text. */
  title: Translated;
  /** What it is, for a reader without statistics: a phrase that could follow the name after a dash. */
  plainly: Translated;
}

const words = (
  title: string,
  hant: string,
  hans: string,
  ...plainly: [string, string, string]
): MetricWords => ({
  title: { en: title, 'zh-Hant': hant, 'zh-Hans': hans },
  plainly: { en: plainly[0], 'zh-Hant': plainly[1], 'zh-Hans': plainly[2] },
});

/** A "case" is what the model is to find: a fraud, a laundering transfer, a default. */
export const METRIC_WORDS: Readonly<Record<MetricName | FairnessMeasure, MetricWords>> = {
  rocAuc: words(
    'ROC AUC',
    'ROC 曲線下面積',
    'ROC 曲线下面积',
    'the chance that a true case is scored above another row',
    '真實個案的評分高於其他紀錄的機會',
    '真实个案的评分高于其他记录的机会',
  ),
  gini: words(
    'Gini coefficient',
    '堅尼系數',
    '基尼系数',
    'how well the order of scores separates true cases from the rest: 0 is chance, 1 is perfect',
    '評分次序區分真實個案與其他紀錄的能力：0 為隨機，1 為完全區分',
    '评分次序区分真实个案与其他记录的能力：0 为随机，1 为完全区分',
  ),
  averagePrecision: words(
    'average precision',
    '平均精確率',
    '平均精确率',
    'the share of true cases among alerts, averaged as alerts are widened until all are found',
    '由少至多擴大警示、直至找出全部個案，過程中警示屬實比例的平均值',
    '由少到多扩大警示、直至找出全部个案，过程中警示属实比例的平均值',
  ),
  ks: words(
    'Kolmogorov–Smirnov distance',
    'KS 統計量',
    'KS 统计量',
    'the widest gap between the shares of true cases and of other rows below any score',
    '在任何評分以下，真實個案與其他紀錄所佔比例的最大差距',
    '在任何评分以下，真实个案与其他记录所占比例的最大差距',
  ),
  logLoss: words(
    'log loss',
    '對數損失',
    '对数损失',
    'how far the stated probabilities are from what happened, sure mistakes weighing most',
    '所報概率與實際結果的偏離程度，愈肯定的錯誤扣分愈重',
    '所报概率与实际结果的偏离程度，越肯定的错误扣分越重',
  ),
  brier: words(
    'Brier score',
    'Brier 評分',
    'Brier 评分',
    'the mean squared distance of the stated probabilities from what happened',
    '所報概率與實際結果之差的平方平均值',
    '所报概率与实际结果之差的平方平均值',
  ),
  expectedCalibrationError: words(
    'expected calibration error',
    '預期校準誤差',
    '预期校准误差',
    'how far the stated probabilities are from the observed rates, on average',
    '所報概率與實際發生率的平均差距',
    '所报概率与实际发生率的平均差距',
  ),
  tprAtFpr1: words(
    'recall at 1% false positives',
    '誤報率 1% 時的召回率',
    '误报率 1% 时的召回率',
    'the share of true cases found when 1 in 100 other rows is flagged by mistake',
    '當每 100 宗其他紀錄有 1 宗被誤報時，能找出的真實個案比例',
    '当每 100 笔其他记录有 1 笔被误报时，能找出的真实个案比例',
  ),
  tprAtFpr5: words(
    'recall at 5% false positives',
    '誤報率 5% 時的召回率',
    '误报率 5% 时的召回率',
    'the share of true cases found when 5 in 100 other rows are flagged by mistake',
    '當每 100 宗其他紀錄有 5 宗被誤報時，能找出的真實個案比例',
    '当每 100 笔其他记录有 5 笔被误报时，能找出的真实个案比例',
  ),
  precisionAt100: words(
    'precision among the 100 highest scores',
    '最高 100 個評分的精確率',
    '最高 100 个评分的精确率',
    'the share of true cases among the 100 rows scored highest',
    '評分最高的 100 宗紀錄中真實個案的比例',
    '评分最高的 100 笔记录中真实个案的比例',
  ),
  cardPrecisionAt100: words(
    'card precision among the 100 highest a day',
    '每日最高 100 張卡的精確率',
    '每日最高 100 张卡的精确率',
    'the share of compromised cards or customers among the 100 that are ranked highest on a day',
    '每日排名最高的 100 張卡或客戶中確實受害的比例',
    '每日排名最高的 100 张卡或客户中确实受害的比例',
  ),
  demographicParityDifference: words(
    'demographic parity difference',
    '人口均等差距',
    '人口均等差距',
    'how much more often the most flagged group is flagged than the least flagged',
    '最常被標記的群組與最少被標記的群組之間，被標記比例的差距',
    '最常被标记的群组与最少被标记的群组之间，被标记比例的差距',
  ),
  disparateImpactRatio: words(
    'disparate impact ratio',
    '差別影響比率',
    '差别影响比率',
    'how often the least flagged group is flagged, as a share of the most flagged',
    '最少被標記的群組的標記比例，相對於最常被標記的群組',
    '最少被标记的群组的标记比例，相对于最常被标记的群组',
  ),
  equalOpportunityDifference: words(
    'equal opportunity difference',
    '機會均等差距',
    '机会均等差距',
    'how differently true cases are found in one group and in another',
    '不同群組的真實個案被找出的比例差距',
    '不同群组的真实个案被找出的比例差距',
  ),
  predictiveEqualityDifference: words(
    'predictive equality difference',
    '誤報均等差距',
    '误报均等差距',
    'how differently innocent rows are flagged in one group and in another',
    '不同群組的無辜紀錄被誤報的比例差距',
    '不同群组的无辜记录被误报的比例差距',
  ),
  equalizedOddsDifference: words(
    'equalised odds difference',
    '均等機率差距',
    '均等几率差距',
    'the larger of the gaps in finding true cases and in flagging innocent rows',
    '找出真實個案與誤報無辜紀錄兩項差距中較大者',
    '找出真实个案与误报无辜记录两项差距中较大者',
  ),
  predictiveParityDifference: words(
    'predictive parity difference',
    '預測均等差距',
    '预测均等差距',
    'how differently flagged rows turn out to be true cases in one group and in another',
    '不同群組被標記的紀錄中真實個案所佔比例的差距',
    '不同群组被标记的记录中真实个案所占比例的差距',
  ),
  treatmentEqualityDifference: words(
    'treatment equality difference',
    '待遇均等差距',
    '待遇均等差距',
    'how differently the errors of one group and of another fall: missed cases for each innocent row flagged',
    '不同群組的錯誤分布差距：每宗誤報所對應的漏報個案數目',
    '不同群组的错误分布差距：每笔误报所对应的漏报个案数目',
  ),
  aucDifference: words(
    'ROC AUC difference',
    'ROC 曲線下面積差距',
    'ROC 曲线下面积差距',
    'how much better the order of scores separates true cases in one group than in another',
    '評分次序在不同群組區分真實個案的能力差距',
    '评分次序在不同群组区分真实个案的能力差距',
  ),
  calibrationDifference: words(
    'calibration difference',
    '校準差距',
    '校准差距',
    'how differently the scores of one group and of another lie above or below what happened',
    '不同群組的平均評分偏離實際比例的差距',
    '不同群组的平均评分偏离实际比例的差距',
  ),
  generalizedEntropyIndex: words(
    'generalised entropy index',
    '廣義熵指數',
    '广义熵指数',
    'how unevenly errors in favour and at the cost of rows are spread: 0 where all are treated alike',
    '有利與不利的錯誤在紀錄之間分布的不均程度：0 為人人待遇相同',
    '有利与不利的错误在记录之间分布的不均程度：0 为人人待遇相同',
  ),
};
