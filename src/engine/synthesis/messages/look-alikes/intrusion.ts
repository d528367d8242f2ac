import type { Scenario } from '../kinds.js';

/** Notices, requests from friends and letters between firms that are what they seem. */
export const PHISHING: readonly Scenario[] = [
  {
    id: 'HONEST_COURIER_LOCKER',
    medium: 'SMS',
    sender: '#{courierId}',
    steps: [
      [
        '{courier}：包裹{ref}已放入{district}自助櫃，取件碼{code}，請於{hours}小時內領取。貨到付款{amount}，付予{payee}。',
        '{courier}：包裹{ref}已放入{district}自提柜，取件码{code}，请于{hours}小时内领取。货到付款{amount}，付给{payee}。',
        '{courier}: parcel {ref} is in the {district} locker, pick-up code {code}, please collect within {hours} hours. Cash on delivery {amount} to {payee}.',
      ],
    ],
  },
  {
    id: 'HONEST_COURIER_MISSED',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '你好，{courier}派件，{estate}樓下按鐘冇人應，到付{money}（{payee}），{tomorrow}再送，唔喺屋企就覆我放管理處。',
        '您好，{courier}派件，{estate}楼下按门铃没人应，到付{money}（{payee}），{tomorrow}再送，不在家就回复我放管理处。',
        'Hello, {courier} here. No answer at {estate}. {money} to collect ({payee}). I will try again on {tomorrow}; text me if I should leave it with the caretaker.',
      ],
    ],
  },
  {
    id: 'HONEST_POINTS_STATEMENT',
    medium: 'EMAIL',
    sender: 'rewards@{telcoSite}',
    steps: [
      [
        '主旨：積分到期提示\n{victim}：閣下有積分將於{deadline}到期，可用作扣減{month}帳單{amount}（收款戶名{payee}）。請自行開啟{telco} App換領，本電郵不設登入連結。',
        '主题：积分到期提醒\n{victim}：您有积分将于{deadline}到期，可用于抵扣{month}账单{amount}（收款户名{payee}）。请自行打开{telco} App兑换，本邮件不含登录链接。',
        'Subject: Your points are expiring\nDear {victim}, some of your points expire on {deadline}. You can use them against your {month} bill of {amount} (payee {payee}). Open the {telco} app yourself to redeem; this e-mail has no login link.',
      ],
    ],
  },
  {
    id: 'HONEST_NEW_DEVICE_LOGIN',
    medium: 'SMS',
    sender: '#{walletId}',
    steps: [
      [
        '{wallet}：你的帳戶於{date} {time}在新裝置登入，其後向{payee}付款{amount}。如屬本人操作，毋須理會；否則請即於App內凍結帳戶或致電 {phone}。',
        '{wallet}：您的账户于{date} {time}在新设备登录，随后向{payee}付款{amount}。如为本人操作，请忽略；否则请立即在App内冻结账户或致电 {phone}。',
        '{wallet}: new device login on {date} at {time}, followed by a payment of {amount} to {payee}. If this was you, ignore this message; otherwise freeze your account in the app or call {phone}.',
      ],
    ],
  },
];

export const ACCOUNT_HIJACK: readonly Scenario[] = [
  {
    id: 'HONEST_FRIEND_CARD_LOAN',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '喂，頭先碌你卡買{item}嗰{money}，我FPS返畀你定係幫你畀{payee}嗰單？你話啦，唔記得帶銀包真係唔好意思。',
        '喂，刚才刷你卡买{item}的{money}，我转数快还你，还是帮你付{payee}那单？你说吧，忘带钱包真不好意思。',
        'Hey, about the {money} for the {item} you put on your card: shall I FPS you, or pay the {payee} bill for you instead? You choose. So sorry I forgot my wallet.',
      ],
    ],
  },
  {
    id: 'HONEST_LOGIN_CODE',
    medium: 'SMS',
    sender: '#{marketId}',
    steps: [
      [
        '{market}：你的登入驗證碼為{code}，三分鐘內有效，切勿轉發。帳戶內尚有一筆{amount}待付予{payee}。',
        '{market}：您的登录验证码为{code}，三分钟内有效，切勿转发。账户内尚有一笔{amount}待付给{payee}。',
        '{market}: your login code is {code}, valid for 3 minutes. Do not forward it. You have a payment of {amount} to {payee} waiting in your account.',
      ],
    ],
  },
  {
    id: 'HONEST_SCHOOL_FEE',
    medium: 'SMS',
    sender: '#{schoolId}',
    steps: [
      [
        '{school}：{victim}家長，{month}學費{amount}請於{deadline}前經學校App或家長自選方式繳交，收款戶名{payee}，與學年初通告相同。如有經濟困難，請聯絡校務處。',
        '{school}：{victim}家长，{month}学费{amount}请于{deadline}前通过学校App或家长自选方式缴交，收款户名{payee}，与学年初通告相同。如有经济困难，请联系校务处。',
        '{school}: to the parent of {victim}, the {month} school fee of {amount} is due by {deadline}, through the school app or as you prefer. The payee is {payee}, as in the notice at the start of the year. If this is difficult for you, please contact the school office.',
      ],
    ],
  },
  {
    id: 'HONEST_CHARITY_APPEAL',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '我{month}報咗{charity}嘅慈善跑呀，支持吓我啦！捐幾多都得，你上次話捐{money}仲算唔算數？',
        '我{month}报了{charity}的慈善跑，支持一下我吧！捐多少都行，你上次说捐{money}还算数吗？',
        "I'm doing the {charity} run in {month}, please sponsor me! Any amount helps. Does your promise of {money} still stand?",
      ],
      [
        '你自己上{charitySite}捐就得，收款寫住{payee}，會有收據扣稅。',
        '你自己去{charitySite}捐就行，收款写着{payee}，会有收据可以抵税。',
        'Just donate at {charitySite} yourself, the payee shows as {payee}, and you get a receipt for tax.',
      ],
    ],
  },
];

export const BUSINESS_EMAIL: readonly Scenario[] = [
  {
    id: 'HONEST_SUPPLIER_INVOICE',
    medium: 'EMAIL',
    sender: 'accounts@{supplierSite}',
    steps: [
      [
        '主旨：發票{ref}\n{victim}：隨函附上發票{ref}，金額{amount}，請於{deadline}前存入{payee}，收款戶口與合約所列相同。如有疑問，請致電你一向的聯絡人。{supplier} 會計部',
        '主题：发票{ref}\n{victim}：随函附上发票{ref}，金额{amount}，请于{deadline}前汇入{payee}，收款账户与合同所列相同。如有疑问，请致电您一向的联系人。{supplier} 财务部',
        'Subject: Invoice {ref}\nDear {victim}, please find attached invoice {ref} for {amount}, payable to {payee} by {deadline}. Our account is the one in the contract. Call your usual contact with any questions. Accounts, {supplier}',
      ],
    ],
  },
  {
    id: 'HONEST_SUPPLIER_ACCOUNT_CHANGE',
    medium: 'EMAIL',
    sender: 'accounts@{supplierSite}',
    steps: [
      [
        '主旨：更改收款銀行（正式通知）\n{victim}：本公司將由下月起更換收款銀行。正式信函已掛號寄出，請於更新紀錄前致電合約上的號碼覆實。{supplier} 會計部',
        '主题：变更收款银行（正式通知）\n{victim}：我司将从下月起更换收款银行。正式函件已挂号寄出，更新记录前请致电合同上的号码核实。{supplier} 财务部',
        'Subject: Change of bank (formal notice)\nDear {victim}, we are changing banks from next month. A letter has gone by registered post. Before updating your records, please confirm by calling the number in our contract. Accounts, {supplier}',
      ],
      [
        '主旨：回覆：更改收款銀行（正式通知）\n多謝來電覆實。今期貨款{amount}仍請存入舊戶口{payee}。',
        '主题：回复：变更收款银行（正式通知）\n感谢来电核实。本期货款{amount}仍请汇入旧账户{payee}。',
        'Subject: Re: Change of bank (formal notice)\nThank you for calling to confirm. Please still pay the current {amount} to the old account, {payee}.',
      ],
    ],
  },
  {
    id: 'HONEST_MANAGER_APPROVAL',
    medium: 'EMAIL',
    sender: '{nick}@{companySite}',
    steps: [
      [
        '主旨：急：請今日安排付款\n{victim}：{payee}那張{amount}的單今日到期，採購單{ref}已在系統獲批，請照常由兩位授權人簽署後付款。有問題可到我座位找我。{person}',
        '主题：急：请今天安排付款\n{victim}：{payee}那张{amount}的单今天到期，采购单{ref}已在系统获批，请照常由两位授权人签署后付款。有问题可以到我座位找我。{person}',
        'Subject: Urgent: payment due today\n{victim}, the {amount} bill from {payee} is due today. Purchase order {ref} is approved in the system, please have the two signatories release it as usual. I am at my desk if you have questions. {person}',
      ],
    ],
  },
  {
    id: 'HONEST_SOLICITOR_COMPLETION',
    medium: 'EMAIL',
    sender: 'conveyancing@{token}.example',
    steps: [
      [
        '主旨：{estate}成交安排 {ref}\n{victim}：成交日為{deadline}，請備妥抬頭為{payee}的銀行本票，金額{amount}，親身交到本行{district}辦事處。本行不會以電郵更改收款戶口，如接獲此類電郵，請即致電 {phone}。',
        '主题：{estate}成交安排 {ref}\n{victim}：成交日为{deadline}，请备妥抬头为{payee}的银行本票，金额{amount}，亲自交到本行{district}办事处。本行不会以邮件更改收款账户，如收到此类邮件，请立即致电 {phone}。',
        'Subject: Completion arrangements for {estate}, {ref}\nDear {victim}, completion is on {deadline}. Please bring a cashier order for {amount} payable to {payee} to our {district} office. We never change account details by e-mail; if you receive such a message, call {phone}.',
      ],
    ],
  },
];
