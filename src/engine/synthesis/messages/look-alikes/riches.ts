import type { Scenario } from '../kinds.js';

/** Honest work and honest brokers, with the words that the false ones borrow. */
export const CLICK_FARM: readonly Scenario[] = [
  {
    id: 'HONEST_PART_TIME_SHIFT',
    medium: 'WHATSAPP',
    sender: '{nick} {shop}',
    steps: [
      [
        'Hi {victim}，{shop}{district}店{tomorrow}爭人手，夜更四個鐘，時薪照舊，做唔做？帶身份證同銀行月結單嚟登記就得，唔使交任何錢。',
        '{victim}你好，{shop}{district}店{tomorrow}缺人手，夜班四小时，时薪照旧，来吗？带身份证和银行月结单来登记就行，不用交任何钱。',
        'Hi {victim}, {shop} in {district} is short-handed on {tomorrow}, four-hour evening shift at the usual rate. Interested? Bring your ID and a bank statement to register, nothing to pay.',
      ],
    ],
  },
  {
    id: 'HONEST_PAYROLL_CREDIT',
    medium: 'SMS',
    sender: '#{bankId}',
    steps: [
      [
        '{bank}：{company}於{date}存入薪金{amount}至你尾號{last4}的戶口。',
        '{bank}：{company}于{date}向您尾号{last4}的账户存入工资{amount}。',
        '{bank}: salary of {amount} from {company} was credited to your account ending {last4} on {date}.',
      ],
    ],
  },
  {
    id: 'HONEST_SURVEY_PANEL',
    medium: 'EMAIL',
    sender: 'panel@{token}.example',
    steps: [
      [
        '主旨：多謝完成問卷\n{victim}：閣下上月完成的問卷獎賞{amount}已於{date}存入登記戶口。參與問卷毋須付費，如不想再收到邀請，請於網站取消訂閱。',
        '主题：感谢您完成问卷\n{victim}：您上月完成的问卷奖励{amount}已于{date}汇入登记账户。参与问卷无须付费，如不想再收到邀请，请在网站退订。',
        'Subject: Thank you for taking part\nDear {victim}, your survey reward of {amount} was paid to your registered account on {date}. Taking part is always free. You can unsubscribe on our website.',
      ],
    ],
  },
  {
    id: 'HONEST_JOB_INTERVIEW',
    medium: 'EMAIL',
    sender: 'hr@{companySite}',
    steps: [
      [
        '主旨：面試邀請\n{victim}：多謝應徵{company}的市場推廣助理。誠邀閣下於{tomorrow} {appointment}到{district}辦公室面試，試用期月薪{amount}。如需改期，請致電 {phone}。',
        '主题：面试邀请\n{victim}：感谢应聘{company}的市场推广助理。诚邀您于{tomorrow} {appointment}到{district}办公室面试，试用期月薪{amount}。如需改期，请致电 {phone}。',
        'Subject: Interview invitation\nDear {victim}, thank you for applying to {company} as marketing assistant. Please come to our {district} office at {appointment} on {tomorrow}. The salary during probation is {amount} a month. Call {phone} if you need another time.',
      ],
    ],
  },
];

export const INVESTMENT: readonly Scenario[] = [
  {
    id: 'HONEST_BROKER_IPO_ALLOTMENT',
    medium: 'SMS',
    sender: '#{brokerId}',
    steps: [
      [
        '{broker}：你的新股認購已獲分配，認購款{amount}已於{date}扣除，餘款將於{deadline}退回。詳情請登入App查閱。',
        '{broker}：您的新股认购已获分配，认购款{amount}已于{date}扣除，余款将于{deadline}退回。详情请登录App查看。',
        '{broker}: your IPO application has been allotted. {amount} was debited on {date} and the balance will be refunded on {deadline}. See the app for details.',
      ],
    ],
  },
  {
    id: 'HONEST_BROKER_MARGIN_CALL',
    medium: 'PHONE_CALL',
    sender: '{broker} {phone}',
    steps: [
      [
        '請問係咪{victim}？{broker}打嚟，今日跌市，你個孖展戶口要補倉。\n要補幾多？\n最少{money}，{tomorrow}收市前。你自己入app過數去客戶戶口{payee}就得，電話我哋唔會問密碼。\n好，我一陣入app睇。',
        '请问是{victim}吗？这里是{broker}，今天下跌，您的保证金账户需要追加保证金。\n要补多少？\n最少{money}，{tomorrow}收市前。您自己在App里转到客户账户{payee}就行，我们电话里不会问密码。\n好，我等会儿进App看。',
        "Is that {victim}? {broker} here. The market fell today and there is a margin call on your account.\nHow much?\nAt least {money} before the close on {tomorrow}. You can pay it to the client account {payee} in the app yourself. We won't ask for your password.\nOK, I'll check the app.",
      ],
    ],
  },
  {
    id: 'HONEST_TIME_DEPOSIT_OFFER',
    medium: 'SMS',
    sender: '#{bankId}',
    steps: [
      [
        '{bank}：特選客戶三個月港元定期優惠，存入{amount}或以上，名額有限，{deadline}止。請經手機App或到{district}分行辦理，受條款約束。取消訂閱請回覆U。',
        '{bank}：精选客户三个月港元定期优惠，存入{amount}或以上，名额有限，{deadline}截止。请通过手机App或到{district}分行办理，受条款约束。退订请回复U。',
        '{bank}: special 3-month HKD time deposit rate for selected clients with {amount} or more, limited quota, until {deadline}. Use our app or visit the {district} branch. Terms apply. Reply U to opt out.',
      ],
    ],
  },
  {
    id: 'HONEST_STOCK_CLUB_CHAT',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '你上次問嗰隻指數ETF，我月供緊{money}，喺{broker}自動扣。供股票唔好急，升跌好平常，唔好借錢買呀。',
        '你上次问的那只指数ETF，我每个月定投{money}，在{broker}自动扣。买股票别急，涨跌很正常，千万别借钱买。',
        "About that index ETF you asked me: I put in {money} a month by autopay at {broker}. Don't rush it, ups and downs are normal, and never borrow to buy.",
      ],
      [
        '戶口一定要你自己開，收款人應該寫住{payee}，其他名一律唔好過。',
        '账户一定要自己开，收款人应该写着{payee}，其他名字一律别转。',
        'Make sure you open the account yourself. The payee should read {payee}, never transfer to any other name.',
      ],
    ],
  },
];

export const CRYPTO: readonly Scenario[] = [
  {
    id: 'HONEST_EXCHANGE_WITHDRAWAL',
    medium: 'EMAIL',
    sender: 'noreply@{exchangeSite}',
    steps: [
      [
        '主旨：提款已完成\n{victim}：你於{exchange}提取的{amount}已於{date} {time}轉賬至登記銀行戶口（尾號{last4}）。若非本人操作，請即於App內凍結帳戶。',
        '主题：提现已完成\n{victim}：您在{exchange}提取的{amount}已于{date} {time}转至登记银行账户（尾号{last4}）。若非本人操作，请立即在App内冻结账户。',
        'Subject: Withdrawal completed\nDear {victim}, {amount} withdrawn from {exchange} was sent on {date} at {time} to your registered bank account ending {last4}. If this was not you, freeze your account in the app at once.',
      ],
    ],
  },
  {
    id: 'HONEST_EXCHANGE_DEPOSIT_NAME',
    medium: 'APP_CHAT',
    sender: '{exchange} Support',
    steps: [
      [
        '你好{victim}，你入嘅{money}因為戶名同登記嘅唔同，我哋會原路退返畀你，三個工作天內到。',
        '{victim}您好，您存入的{money}因为户名与登记的不符，我们会原路退回，三个工作日内到账。',
        'Hi {victim}, your deposit of {money} came from an account in a different name, so we will return it the same way within three working days.',
      ],
      [
        '下次請用自己名嘅銀行戶口入去{payee}。冇任何手續費，亦唔使入多筆錢嚟解凍。',
        '下次请用本人名下的银行账户存到{payee}。没有任何手续费，也不需要再存一笔钱来解冻。',
        'Next time please pay {payee} from a bank account in your own name. There is no fee, and no further deposit is needed to release anything.',
      ],
    ],
  },
  {
    id: 'HONEST_EXCHANGE_RISK_NOTICE',
    medium: 'SMS',
    sender: '#{exchangeId}',
    steps: [
      [
        '{exchange}：你於{time}買入價值{amount}的虛擬資產，入金戶口{payee}。虛擬資產價格波動大，或會損失全部本金。如非本人，請致電 {phone}。',
        '{exchange}：您于{time}买入价值{amount}的虚拟资产，入金账户{payee}。虚拟资产价格波动大，可能损失全部本金。如非本人操作，请致电 {phone}。',
        '{exchange}: you bought virtual assets worth {amount} at {time}, funded through {payee}. Prices are volatile and you may lose all your capital. Not you? Call {phone}.',
      ],
    ],
  },
  {
    id: 'HONEST_COIN_CHAT',
    medium: 'WECHAT',
    sender: '{nick}',
    steps: [
      [
        '我個{exchange}戶口攞咗{money}出嚟，過返銀行戶口用咗兩日先到，手續費好貴。升咗{percent}就沽咗，不如買{item}。',
        '我从{exchange}提了{money}出来，到银行账户用了两天，手续费挺贵。涨了{percent}就卖了，还不如买{item}。',
        'I cashed out {money} from {exchange}. It took two days to reach my bank and the fee is steep. Sold after it went up {percent}, I would rather have a {item}.',
      ],
    ],
  },
];
