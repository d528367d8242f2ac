import type { Language } from '../language.js';

/** What a sentence of a verdict is made of. Numbers come as text. */
export interface Figures {
  point: string;
  low: string;
  high: string;
}

export interface Place {
  slice?: { column: string; group: string };
  fairness?: { column: string };
}

/** How one language says what a verdict rests on. */
export interface Phrases {
  /** The metric, what it is in plain words, and where it was measured. */
  subject(title: string, plainly: string, place: Place): string;
  required(atLeast: boolean, threshold: string): string;
  passes(subject: string, figures: Figures, required: string): string;
  fails(subject: string, figures: Figures, required: string): string;
  straddles(subject: string, figures: Figures, required: string): string;
  /** A value without an interval decides nothing. */
  noInterval(subject: string, point: string, required: string, reason: string): string;
  tooSmall(subject: string, reason: string): string;
  tooSmallWithValue(subject: string, point: string, reason: string): string;
  doesNotExist(subject: string, reason: string): string;
  notMeasured(subject: string, reason: string): string;
  /** Figures that a reader is not shown. */
  heldBack(subject: string, required: string): string;
  /** What stands after the verdict: groups that were left out. */
  leftOut(groups: readonly { name: string; rows: number }[]): string;
  reasons: {
    none: string;
    columnNotMeasured(column: string): string;
    groupNotMeasured: string;
    smallGroup(rows: number, least: number): string;
    fewGroups(least: number): string;
  };
}

const english: Phrases = {
  subject(title, plainly, { slice, fairness }) {
    const where =
      slice !== undefined
        ? ` of the group ${slice.column} = ${slice.group}`
        : fairness !== undefined
          ? ` between groups of ${fairness.column}`
          : '';
    return `The ${title}${where} (${plainly})`;
  },
  required: (atLeast, threshold) => `${atLeast ? 'at least' : 'at most'} ${threshold}`,
  passes: (subject, { point, low, high }, required) =>
    `${subject} is ${point}. With 95% confidence it lies between ${low} and ${high}, and all of that range meets what is required: ${required}.`,
  fails: (subject, { point, low, high }, required) =>
    `${subject} is ${point}. With 95% confidence it lies between ${low} and ${high}, and none of that range meets what is required: ${required}.`,
  straddles: (subject, { point, low, high }, required) =>
    `${subject} is ${point}. With 95% confidence it lies between ${low} and ${high}, a range with values on both sides of what is required: ${required}. These data cannot tell whether it is met.`,
  noInterval: (subject, point, required, reason) =>
    `${subject} is ${point}, ${required} being required, but without an interval it cannot be judged: ${reason}.`,
  tooSmall: (subject, reason) => `${subject} is not judged: ${reason}.`,
  tooSmallWithValue: (subject, point, reason) =>
    `${subject} came out at ${point}, but is not judged: ${reason}.`,
  doesNotExist: (subject, reason) => `${subject} does not exist: ${reason}.`,
  notMeasured: (subject, reason) => `${subject} could not be measured: ${reason}.`,
  heldBack: (subject, required) => `${subject} must be ${required}; its figures are held back.`,
  leftOut: (groups) =>
    `Too small to be judged: ${groups.map(({ name, rows }) => `${name} (${rows} rows)`).join(', ')}.`,
  reasons: {
    none: 'no reason was given',
    columnNotMeasured: (column) => `the column ${column} was not measured`,
    groupNotMeasured: 'the group was not measured',
    smallGroup: (rows, least) => `the group has ${rows} rows, fewer than the ${least} that a verdict needs`,
    fewGroups: (least) => `fewer than 2 groups have ${least} rows`,
  },
};

const traditional: Phrases = {
  subject(title, plainly, { slice, fairness }) {
    const where =
      slice !== undefined
        ? `「${slice.column} = ${slice.group}」群組的`
        : fairness !== undefined
          ? `按「${fairness.column}」分組比較的`
          : '';
    return `${where}${title}（${plainly}）`;
  },
  required: (atLeast, threshold) => `${atLeast ? '不低於' : '不高於'} ${threshold}`,
  passes: (subject, { point, low, high }, required) =>
    `${subject}為 ${point}。在 95% 的信心水平下，其數值介乎 ${low} 至 ${high}，整個範圍均符合要求（${required}）。`,
  fails: (subject, { point, low, high }, required) =>
    `${subject}為 ${point}。在 95% 的信心水平下，其數值介乎 ${low} 至 ${high}，整個範圍均不符合要求（${required}）。`,
  straddles: (subject, { point, low, high }, required) =>
    `${subject}為 ${point}。在 95% 的信心水平下，其數值介乎 ${low} 至 ${high}，範圍跨越所要求的界線（${required}）。憑現有數據未能判斷是否符合要求。`,
  noInterval: (subject, point, required, reason) =>
    `${subject}為 ${point}，要求為${required}，但沒有信賴區間，無法判定：${reason}。`,
  tooSmall: (subject, reason) => `${subject}不予判定：${reason}。`,
  tooSmallWithValue: (subject, point, reason) => `${subject}得出 ${point}，但不予判定：${reason}。`,
  doesNotExist: (subject, reason) => `${subject}並不存在：${reason}。`,
  notMeasured: (subject, reason) => `${subject}未能量度：${reason}。`,
  heldBack: (subject, required) => `${subject}須${required}；數字不予披露。`,
  leftOut: (groups) =>
    `以下群組人數太少，不予判定：${groups.map(({ name, rows }) => `${name}（${rows} 宗紀錄）`).join('、')}。`,
  reasons: {
    none: '沒有說明原因',
    columnNotMeasured: (column) => `欄位「${column}」沒有量度`,
    groupNotMeasured: '該群組沒有量度',
    smallGroup: (rows, least) => `該群組只有 ${rows} 宗紀錄，少於判定所需的 ${least} 宗`,
    fewGroups: (least) => `有 ${least} 宗或以上紀錄的群組不足 2 個`,
  },
};

const simplified: Phrases = {
  subject(title, plainly, { slice, fairness }) {
    const where =
      slice !== undefined
        ? `“${slice.column} = ${slice.group}”群组的`
        : fairness !== undefined
          ? `按“${fairness.column}”分组比较的`
          : '';
    return `${where}${title}（${plainly}）`;
  },
  required: (atLeast, threshold) => `${atLeast ? '不低于' : '不高于'} ${threshold}`,
  passes: (subject, { point, low, high }, required) =>
    `${subject}为 ${point}。在 95% 的置信水平下，其数值介于 ${low} 至 ${high} 之间，整个范围均符合要求（${required}）。`,
  fails: (subject, { point, low, high }, required) =>
    `${subject}为 ${point}。在 95% 的置信水平下，其数值介于 ${low} 至 ${high} 之间，整个范围均不符合要求（${required}）。`,
  straddles: (subject, { point, low, high }, required) =>
    `${subject}为 ${point}。在 95% 的置信水平下，其数值介于 ${low} 至 ${high} 之间，范围跨越所要求的界线（${required}）。凭现有数据无法判断是否符合要求。`,
  noInterval: (subject, point, required, reason) =>
    `${subject}为 ${point}，要求为${required}，但没有置信区间，无法判定：${reason}。`,
  tooSmall: (subject, reason) => `${subject}不予判定：${reason}。`,
  tooSmallWithValue: (subject, point, reason) => `${subject}得出 ${point}，但不予判定：${reason}。`,
  doesNotExist: (subject, reason) => `${subject}不存在：${reason}。`,
  notMeasured: (subject, reason) => `${subject}未能测量：${reason}。`,
  heldBack: (subject, required) => `${subject}须${required}；数字不予披露。`,
  leftOut: (groups) =>
    `以下群组样本太少，不予判定：${groups.map(({ name, rows }) => `${name}（${rows} 笔记录）`).join('、')}。`,
  reasons: {
    none: '没有说明原因',
    columnNotMeasured: (column) => `字段“${column}”没有测量`,
    groupNotMeasured: '该群组没有测量',
    smallGroup: (rows, least) => `该群组只有 ${rows} 笔记录，少于判定所需的 ${least} 笔`,
    fewGroups: (least) => `有 ${least} 笔或以上记录的群组不足 2 个`,
  },
};

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: english,
  'zh-Hant': traditional,
  'zh-Hans': simplified,
};
