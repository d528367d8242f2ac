import { cumulate, type Stream } from '../random.js';

/**
 * Names of people as they are written in Hong Kong: each in Traditional and Simplified characters and in Latin
 * letters, romanised from Cantonese for local families and in pinyin for mainland ones. Names in no Chinese script
 * stay in Latin letters in all three. Common parts are combined at random and mean nobody.
 */
type Name = readonly [hant: string, hans: string, cantonese: string, pinyin: string];

// prettier-ignore
const SURNAMES: readonly Name[] = [
  ['陳', '陈', 'Chan', 'Chen'], ['李', '李', 'Lee', 'Li'], ['黃', '黄', 'Wong', 'Huang'], ['張', '张', 'Cheung', 'Zhang'],
  ['梁', '梁', 'Leung', 'Liang'], ['林', '林', 'Lam', 'Lin'], ['吳', '吴', 'Ng', 'Wu'], ['劉', '刘', 'Lau', 'Liu'],
  ['何', '何', 'Ho', 'He'], ['鄭', '郑', 'Cheng', 'Zheng'], ['葉', '叶', 'Yip', 'Ye'], ['蔡', '蔡', 'Choi', 'Cai'],
  ['馮', '冯', 'Fung', 'Feng'], ['鄧', '邓', 'Tang', 'Deng'], ['許', '许', 'Hui', 'Xu'], ['羅', '罗', 'Lo', 'Luo'],
  ['周', '周', 'Chow', 'Zhou'], ['譚', '谭', 'Tam', 'Tan'], ['潘', '潘', 'Poon', 'Pan'], ['曾', '曾', 'Tsang', 'Zeng'],
  ['楊', '杨', 'Yeung', 'Yang'], ['謝', '谢', 'Tse', 'Xie'], ['朱', '朱', 'Chu', 'Zhu'], ['袁', '袁', 'Yuen', 'Yuan'],
];

// prettier-ignore
const LOCAL_GIVEN: readonly Name[] = [
  ['家豪', '家豪', 'Ka Ho', 'Jiahao'], ['嘉欣', '嘉欣', 'Ka Yan', 'Jiaxin'], ['志明', '志明', 'Chi Ming', 'Zhiming'],
  ['美玲', '美玲', 'Mei Ling', 'Meiling'], ['俊賢', '俊贤', 'Chun Yin', 'Junxian'], ['詠詩', '咏诗', 'Wing Sze', 'Yongshi'],
  ['偉文', '伟文', 'Wai Man', 'Weiwen'], ['淑儀', '淑仪', 'Shuk Yee', 'Shuyi'], ['梓朗', '梓朗', 'Tsz Long', 'Zilang'],
  ['曉彤', '晓彤', 'Hiu Tung', 'Xiaotong'], ['國輝', '国辉', 'Kwok Fai', 'Guohui'], ['麗珍', '丽珍', 'Lai Chun', 'Lizhen'],
  ['健華', '健华', 'Kin Wah', 'Jianhua'], ['佩珊', '佩珊', 'Pui Shan', 'Peishan'], ['浩霆', '浩霆', 'Ho Ting', 'Haoting'],
  ['穎琳', '颖琳', 'Wing Lam', 'Yinglin'], ['卓謙', '卓谦', 'Cheuk Him', 'Zhuoqian'], ['惠芬', '惠芬', 'Wai Fan', 'Huifen'],
];

// prettier-ignore
const MAINLAND_GIVEN: readonly Name[] = [
  ['子涵', '子涵', '', 'Zihan'], ['雨桐', '雨桐', '', 'Yutong'], ['建國', '建国', '', 'Jianguo'], ['夢潔', '梦洁', '', 'Mengjie'],
  ['浩宇', '浩宇', '', 'Haoyu'], ['思遠', '思远', '', 'Siyuan'], ['曉燕', '晓燕', '', 'Xiaoyan'], ['鵬飛', '鹏飞', '', 'Pengfei'],
  ['欣怡', '欣怡', '', 'Xinyi'], ['志強', '志强', '', 'Zhiqiang'], ['靜雯', '静雯', '', 'Jingwen'], ['一鳴', '一鸣', '', 'Yiming'],
];

const LATIN: readonly (readonly [share: number, first: readonly string[], last: readonly string[]])[] = [
  [
    2.7, // Filipino
    ['Maria Cristina', 'Jocelyn', 'Rowena', 'Analyn', 'Marites', 'Ramil', 'Jerome', 'Grace'],
    ['Santos', 'Dela Cruz', 'Bautista', 'Villanueva', 'Mendoza', 'Ramos', 'Aquino', 'Salazar'],
  ],
  [
    1.9, // Indonesian
    ['Siti', 'Sri', 'Dewi', 'Wahyu', 'Endang', 'Rina', 'Yuni', 'Ani'],
    ['Rahayu', 'Lestari', 'Wulandari', 'Handayani', 'Setyowati', 'Purwanti', 'Kartini', 'Astuti'],
  ],
  [
    1.4, // South Asian
    ['Ravi', 'Priya', 'Gurpreet', 'Sunita', 'Imran', 'Ayesha', 'Bishal', 'Anjali'],
    ['Sharma', 'Singh', 'Gurung', 'Khan', 'Rai', 'Limbu', 'Patel', 'Hussain'],
  ],
  [
    0.8, // White
    ['Andrew', 'Claire', 'Peter', 'Helen', 'Simon', 'Laura', 'Graham', 'Emma'],
    ['Whitfield', 'Marsden', 'Harrow', 'Ellison', 'Kerr', 'Bramley', 'Dunmore', 'Ashby'],
  ],
];

/** Full names by language; the Chinese ones come first. */
export const PEOPLE: readonly [yue: string[], zhHans: string[], en: string[]] = [[], [], []];
/** Surnames of the Chinese ones, at the same indices. */
export const SURNAMES_OF: readonly [yue: string[], zhHans: string[], en: string[]] = [[], [], []];

function addChinese(given: readonly Name[], latin: 2 | 3): void {
  for (const surname of SURNAMES) {
    for (const name of given) {
      PEOPLE[0].push(surname[0] + name[0]);
      PEOPLE[1].push(surname[1] + name[1]);
      PEOPLE[2].push(`${surname[latin]} ${name[latin]}`);
      SURNAMES_OF[0].push(surname[0]);
      SURNAMES_OF[1].push(surname[1]);
      SURNAMES_OF[2].push(surname[latin]);
    }
  }
}

addChinese(LOCAL_GIVEN, 2);
const LOCALS = PEOPLE[0].length;
addChinese(MAINLAND_GIVEN, 3);
export const CHINESE_PEOPLE = PEOPLE[0].length;
for (const [, firsts, lasts] of LATIN) {
  for (const first of firsts)
    for (const last of lasts) for (const names of PEOPLE) names.push(`${first} ${last}`);
}

/**
 * Where each group ends, and how often it is drawn: ethnic minorities by their shares of the 2021 Population Census
 * (Census and Statistics Department, second-hand); families of recent mainland origin at 12%, a convention of ours.
 */
const GROUP_ENDS: readonly number[] = [LOCALS, CHINESE_PEOPLE].concat(
  LATIN.map(
    (_, i) => CHINESE_PEOPLE + LATIN.slice(0, i + 1).reduce((n, [, f, l]) => n + f.length * l.length, 0),
  ),
);
const GROUP_TABLE = cumulate([81.2, 12, ...LATIN.map(([share]) => share)]);

/** Index into `PEOPLE` of a resident drawn at random: always two draws. */
export function drawResident(stream: Stream): number {
  const group = stream.pick(GROUP_TABLE, 0, GROUP_TABLE.length);
  const from = group === 0 ? 0 : (GROUP_ENDS[group - 1] ?? 0);
  return from + stream.below((GROUP_ENDS[group] ?? from + 1) - from);
}

/** First names that Hongkongers go by in chat, whatever the language. */
// prettier-ignore
export const NICKNAMES: readonly string[] = [
  'Karen', 'Jason', 'Wing', 'Kelvin', 'Yoyo', 'Mandy', 'Tony', 'Fiona', 'Ricky', 'Vivian', 'Eric', 'Suki', 'Ken', 'Joey',
  'Cherry', 'Alan', 'Tiffany', 'Raymond', 'Natalie', 'Ming', 'Carmen', 'Hins', 'Phoebe', 'Leo',
];
