import type { Scenario } from '../kinds.js';

/** A link to a copy of a site that keeps what is typed. The amount is what the thief then takes. */
export const PHISHING: readonly Scenario[] = [
  {
    id: 'PHISHING_PARCEL_ADDRESS',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '【{courier}】你的包裹{ref}因地址不詳未能派送，請於{hours}小時內更新地址並支付重派費用，逾期退回：https://{courierSpoof}/{token}',
        '【{courier}】您的包裹{ref}因地址不详无法派送，请于{hours}小时内更新地址并支付重派费，逾期退回：https://{courierSpoof}/{token}',
        '[{courier}] Parcel {ref} could not be delivered because of an incomplete address. Update it and pay the redelivery fee within {hours} hours or it will be returned: https://{courierSpoof}/{token}',
      ],
    ],
  },
  {
    id: 'PHISHING_BANK_LOCK',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '{bank}：你的網上理財因異常登入已被暫停，請即驗證身分以免戶口被凍結 https://{bankSpoof}/{token}',
        '{bank}：您的网上银行因异常登录已被暂停，请立即验证身份以免账户被冻结 https://{bankSpoof}/{token}',
        '{bank}: your online banking has been suspended after unusual logins. Verify your identity now to avoid your account being frozen https://{bankSpoof}/{token}',
      ],
    ],
  },
  {
    id: 'PHISHING_POINTS_EXPIRE',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '{telco}：閣下的積分將於{tomorrow}到期，可免費換領{item}，只需付運費，立即兌換 https://{telcoSpoof}/{token}',
        '{telco}：您的积分将于{tomorrow}到期，可免费兑换{item}，只需付运费，立即兑换 https://{telcoSpoof}/{token}',
        '{telco}: your reward points expire on {tomorrow}. Redeem a free {item} now, you only pay for shipping https://{telcoSpoof}/{token}',
      ],
    ],
  },
  {
    id: 'PHISHING_TOLL_UNPAID',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '運輸署：閣下車輛尚有隧道費未繳，編號{ref}。請於{deadline}前繳付，否則將徵收附加費並提出檢控 https://{token}.example/toll',
        '运输署：您的车辆尚有隧道费未缴，编号{ref}。请于{deadline}前缴付，否则将征收附加费并提出检控 https://{token}.example/toll',
        'Transport Department: your vehicle has an unpaid tunnel toll, ref {ref}. Pay before {deadline} to avoid a surcharge and prosecution https://{token}.example/toll',
      ],
    ],
  },
  {
    id: 'PHISHING_WALLET_UPGRADE',
    medium: 'EMAIL',
    sender: 'service@{walletSpoof}',
    steps: [
      [
        '主旨：【重要】{wallet}帳戶升級通知\n親愛的用戶{victim}：為符合最新監管要求，你的帳戶須於{deadline}前重新認證，請準備身份證及信用卡資料。',
        '主题：【重要】{wallet}账户升级通知\n亲爱的用户{victim}：为符合最新监管要求，您的账户须于{deadline}前重新认证，请准备身份证及信用卡资料。',
        'Subject: IMPORTANT: your {wallet} account upgrade\nDear {victim}, to meet the latest regulations your account must be verified again before {deadline}. Please have your ID card and credit card ready.',
      ],
      [
        '主旨：最後通知：{wallet}帳戶將被停用\n系統顯示你仍未完成認證。請即按此更新資料，否則餘額將無法提取：https://{walletSpoof}/{token}',
        '主题：最后通知：{wallet}账户将被停用\n系统显示您仍未完成认证。请立即点此更新资料，否则余额将无法提取：https://{walletSpoof}/{token}',
        'Subject: Final notice: your {wallet} account will be disabled\nYou have not completed verification. Update your details here now or you will not be able to withdraw your balance: https://{walletSpoof}/{token}',
      ],
    ],
  },
];

/** A friend's account that the friend no longer holds, or the theft of one's own. */
export const ACCOUNT_HIJACK: readonly Scenario[] = [
  {
    id: 'ACCOUNT_HIJACK_URGENT_LOAN',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      ['喺唔喺度？', '在吗？', 'Are you there?'],
      [
        '有樣嘢想你幫手，我個戶口過數爆咗limit，想請你代過筆錢，聽日還返畀你。',
        '有件事想请你帮忙，我账户的转账额度用完了，想请你代转一笔钱，明天还你。',
        "Could you help me with something? I've hit my transfer limit and need you to make a payment for me. I'll pay you back tomorrow.",
      ],
      [
        '{money}，戶名{payee}，你過完影張相畀我。唔好打嚟住，我開緊會。',
        '{money}，户名{payee}，转完截图给我。先别打电话，我在开会。',
        "It's {money}, account name {payee}. Send me a screenshot when it's done. Don't call, I'm in a meeting.",
      ],
    ],
  },
  {
    id: 'ACCOUNT_HIJACK_VOTE_CODE',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '幫我個姪女投票呀，佢參加緊舞蹈比賽：{link} ，要用電話號碼登入先計票。',
        '帮我侄女投个票，她在参加舞蹈比赛：{link} ，要用手机号登录才算票。',
        "Please vote for my niece, she's in a dance contest: {link} . You have to log in with your phone number for it to count.",
      ],
      [
        '你收到個六位數字嘅code未？send畀我，我幫你確認，一陣就得。',
        '收到六位数的验证码了吗？发给我，我帮你确认，很快的。',
        "Did you get a six-digit code? Send it to me and I'll confirm it for you, it only takes a second.",
      ],
    ],
  },
  {
    id: 'ACCOUNT_HIJACK_GAME_CARDS',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        '得閒嗎？可唔可以幫我去便利店買點數卡，同事生日送禮用。',
        '有空吗？能不能帮我去便利店买点卡，同事生日送礼用。',
        'Are you free? Could you buy some game cards for me at a convenience store? They are birthday presents for colleagues.',
      ],
      [
        '買一共{money}，刮開影個密碼畀我就得，卡唔使留。或者直接過數去{payee}，我自己買，{cutoff}前要。',
        '一共买{money}，刮开把密码拍给我就行，卡不用留。或者直接转给{payee}，我自己买，{cutoff}前要。',
        'Get {money} in all, scratch them and send me photos of the codes, no need to keep the cards. Or transfer it to {payee} and I buy them myself, I need them before {cutoff}.',
      ],
    ],
  },
  {
    id: 'ACCOUNT_HIJACK_VERIFY_NOTICE',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '你的即時通訊帳戶將於{hours}小時後被停用，請登入網頁版重新驗證以保留對話紀錄：{link}',
        '您的即时通讯账户将于{hours}小时后停用，请登录网页版重新验证以保留聊天记录：{link}',
        'Your messaging account will be disabled in {hours} hours. Log in to the web version and verify it again to keep your chats: {link}',
      ],
    ],
  },
  {
    id: 'ACCOUNT_HIJACK_GROUP_TREASURER',
    medium: 'WECHAT',
    sender: '{nick}',
    steps: [
      [
        '各位家長，我係家委{nick}，{school}旅行嘅車費同保險由我統一代收。',
        '各位家长，我是家委{nick}，{school}旅行的车费和保险由我统一代收。',
        'Dear parents, this is {nick} from the parents’ committee. I am collecting the coach fare and insurance for the {school} outing.',
      ],
      [
        '每位{money}，請轉{payee}，{cutoff}前交齊，未交嘅同學去唔到。有問題私訊我，唔好喺群度洗版。',
        '每位{money}，请转{payee}，{cutoff}前交齐，没交的同学去不了。有问题私聊我，不要在群里刷屏。',
        '{money} per child to {payee}, before {cutoff}, or your child cannot go. Message me privately if you have questions, please do not flood the group.',
      ],
    ],
  },
];

/** Letters between firms, with one account number changed. */
export const BUSINESS_EMAIL: readonly Scenario[] = [
  {
    id: 'BUSINESS_EMAIL_SUPPLIER_ACCOUNT',
    medium: 'EMAIL',
    sender: 'accounts@{supplierSpoof}',
    steps: [
      [
        '主旨：更改收款戶口通知\n{victim}：因本公司進行審計，原有戶口暫停收款。由即日起，請將貨款存入新戶口。新戶口資料見附件。{supplier} 會計部',
        '主题：变更收款账户通知\n{victim}：因我司正在审计，原账户暂停收款。即日起，请将货款汇入新账户，资料见附件。{supplier} 财务部',
        'Subject: Change of bank account\nDear {victim}, as our account is under audit it cannot receive payments. Please remit to our new account from today, details attached. Accounts Department, {supplier}',
      ],
      [
        '主旨：回覆：發票{ref}\n發票{ref}金額{amount}今日到期，請存入{payee}並電郵入數紙。本公司電話系統故障，有事請以電郵聯絡。',
        '主题：回复：发票{ref}\n发票{ref}金额{amount}今天到期，请汇入{payee}并邮件发回水单。我司电话系统故障，有事请邮件联系。',
        'Subject: Re: Invoice {ref}\nInvoice {ref} for {amount} falls due today. Please pay {payee} and e-mail us the remittance slip. Our telephones are out of order, so kindly contact us by e-mail only.',
      ],
    ],
  },
  {
    id: 'BUSINESS_EMAIL_CHIEF_EXECUTIVE',
    medium: 'EMAIL',
    sender: 'ceo.office@{companySpoof}',
    steps: [
      [
        '主旨：你在辦公室嗎\n{victim}，我現正開會，不便通話。有一宗收購要你保密處理，只以電郵回覆。{person}',
        '主题：在办公室吗\n{victim}，我正在开会，不方便通话。有一宗收购需要你保密处理，只用邮件回复。{person}',
        'Subject: Are you at your desk\n{victim}, I am in a meeting and cannot talk. I need you to handle an acquisition in confidence. Reply by e-mail only. {person}',
      ],
      [
        '主旨：回覆：收購訂金\n律師要求{cutoff}前收到訂金，不然交易告吹。按公司程序的文件我稍後補簽。',
        '主题：回复：收购定金\n律师要求{cutoff}前收到定金，否则交易取消。公司流程的文件我稍后补签。',
        'Subject: Re: Deposit\nThe lawyers must have the deposit by {cutoff} or the deal is off. I will sign the usual forms afterwards.',
      ],
      [
        '主旨：回覆：收購訂金\n將{amount}電匯至{payee}，完成後把水單傳給我。此事暫勿與財務部其他同事討論。{person}',
        '主题：回复：收购定金\n将{amount}电汇至{payee}，完成后把水单发给我。此事暂勿与财务部其他同事讨论。{person}',
        'Subject: Re: Deposit\nWire {amount} to {payee} and send me the slip. Do not discuss it with the others in Finance for now. {person}',
      ],
    ],
  },
  {
    id: 'BUSINESS_EMAIL_PAYROLL_CHANGE',
    medium: 'EMAIL',
    sender: '{nick}@{token}.example',
    steps: [
      [
        '主旨：更改出糧戶口\n人事部同事：我轉了銀行，請由今個月起將薪金存入新戶口。{person}',
        '主题：更改工资账户\n人事部同事：我换了银行，请从这个月起将工资汇入新账户。{person}',
        'Subject: Change of payroll account\nDear HR, I have changed banks. Please pay my salary into my new account from this month. {person}',
      ],
      [
        '主旨：回覆：更改出糧戶口\n戶名{payee}，金額應為{amount}，趕得及{deadline}出糧嗎？我在外地，接不到電話，電郵回覆就可以了。',
        '主题：回复：更改工资账户\n户名{payee}，金额应为{amount}，赶得上{deadline}发工资吗？我在外地，接不到电话，邮件回复就行。',
        'Subject: Re: Change of payroll account\nThe account name is {payee} and the amount should be {amount}. Can you still make the run on {deadline}? I am abroad and cannot take calls, e-mail is fine.',
      ],
    ],
  },
  {
    id: 'BUSINESS_EMAIL_SOLICITOR',
    medium: 'EMAIL',
    sender: 'conveyancing@{token}.example',
    steps: [
      [
        '主旨：{estate}物業成交款項\n{victim}：就閣下購入{estate}單位，成交款項的收款戶口有所更改，請留意下文。',
        '主题：{estate}物业成交款项\n{victim}：关于您购入{estate}单位，成交款项的收款账户有所变更，请留意下文。',
        'Subject: Completion of {estate}\nDear {victim}, further to your purchase at {estate}, please note the change of account for the completion money.',
      ],
      [
        '主旨：回覆：{estate}物業成交款項\n請於{tomorrow}中午前將{amount}存入本行客戶戶口{payee}，檔案編號{ref}。逾時或會構成違約，訂金將被沒收。',
        '主题：回复：{estate}物业成交款项\n请于{tomorrow}中午前将{amount}汇入本行客户账户{payee}，档案编号{ref}。逾时可能构成违约，定金将被没收。',
        'Subject: Re: Completion of {estate}\nPlease pay {amount} to our client account {payee} before noon on {tomorrow}, file {ref}. Late payment may be a breach and your deposit would be forfeited.',
      ],
    ],
  },
  {
    id: 'BUSINESS_EMAIL_FREIGHT_RELEASE',
    medium: 'EMAIL',
    sender: 'ops@{token}.example',
    steps: [
      [
        '主旨：提單{ref}滯港\n貴司託運之{supplier}貨物已抵港，惟運費尚未結清，貨櫃暫扣於碼頭，每日另計倉租。',
        '主题：提单{ref}滞港\n贵司托运的{supplier}货物已抵港，但运费尚未结清，货柜暂扣于码头，每日另计仓租。',
        'Subject: Bill of lading {ref} on hold\nYour shipment from {supplier} has arrived, but the freight is unpaid and the container is held at the terminal, with storage charged daily.',
      ],
      [
        '主旨：回覆：提單{ref}滯港\n請即日電匯{amount}至本公司新戶口{payee}，收妥即放貨。舊戶口已停用，請勿使用。',
        '主题：回复：提单{ref}滞港\n请当天电汇{amount}至我司新账户{payee}，到账即放货。旧账户已停用，请勿使用。',
        'Subject: Re: Bill of lading {ref} on hold\nPlease wire {amount} today to our new account {payee}; the goods are released on receipt. The old account is closed, do not use it.',
      ],
    ],
  },
];
