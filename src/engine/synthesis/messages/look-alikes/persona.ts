import type { Scenario } from '../kinds.js';

/** Family, lovers and friends who really need the money, and work that really pays it. */
export const ROMANCE: readonly Scenario[] = [
  {
    id: 'HONEST_COUPLE_JOINT_SAVINGS',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        'BB，今個月爭你{money}未入我哋個聯名戶口，即係{payee}嗰個，首期就快夠喇！',
        '宝贝，这个月还差你{money}没存进我们的联名账户，就是{payee}那个，首付快够了！',
        "Babe, your {money} for our joint account ({payee}) hasn't gone in this month. We're nearly at the down payment!",
      ],
      [
        '我今晚七點到{district}，老地方等。想你。',
        '我今晚七点到{district}，老地方等。想你。',
        "I'll be in {district} at seven, usual place. Miss you.",
      ],
    ],
  },
  {
    id: 'HONEST_PARTNER_TRIP',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '機票訂咗喇，你嗰份{money}，過返畀我就得，戶名{payee}。今晚見面畀張行程表你睇。',
        '机票订好了，你那份{money}，转给我就行，户名{payee}。今晚见面给你看行程表。',
        "Flights are booked. Your share is {money}, just send it to me, account name {payee}. I'll show you the itinerary when we meet tonight.",
      ],
    ],
  },
  {
    id: 'HONEST_PARENT_HOSPITAL',
    medium: 'WECHAT',
    sender: '{nick}',
    steps: [
      [
        '家姐，阿媽今朝入咗醫院，冇大礙，醫生話觀察兩日。我喺{district}陪緊佢，你收工打畀我。',
        '姐，妈今天早上住院了，没大碍，医生说观察两天。我在{district}陪着她，你下班给我打电话。',
        "Sis, Mum was admitted this morning. Nothing serious, they're keeping her for two days. I'm with her in {district}, call me after work.",
      ],
      [
        '按金{money}我畀咗先，你得閒過返一半畀我，或者直接過數畀{payee}還卡數都得，唔急。',
        '押金{money}我先交了，你有空转一半给我，或者直接转到{payee}还卡账也行，不急。',
        "I've paid the {money} deposit. Send me half when you can, or pay it to {payee} against my card, no hurry.",
      ],
    ],
  },
  {
    id: 'HONEST_OVERSEAS_PARCEL_DUTY',
    medium: 'SMS',
    sender: '#{courierId}',
    steps: [
      [
        '{courier}：你的國際包裹{ref}已清關，寄件人代付稅項{amount}（收款{payee}），無須另付費用，將於{tomorrow}派送。',
        '{courier}：您的国际包裹{ref}已清关，寄件人代付税费{amount}（收款{payee}），无须另付费用，将于{tomorrow}派送。',
        '{courier}: international parcel {ref} has cleared customs. Duty of {amount} was prepaid by the sender (payee {payee}). Nothing more to pay; delivery on {tomorrow}.',
      ],
    ],
  },
];

export const GUESS_WHO: readonly Scenario[] = [
  {
    id: 'HONEST_FRIENDS_SPLIT_BILL',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '尋晚食飯{heads}個人，埋單{total}，每人{money}，FPS畀我就得，戶名{payee}。下次到你請！',
        '昨晚吃饭{heads}个人，一共{total}，每人{money}，转数快给我就行，户名{payee}。下次你请！',
        "Dinner last night: {heads} of us, {total}, so {money} each. FPS me please, account name {payee}. Next one's on you!",
      ],
    ],
  },
  {
    id: 'HONEST_CHILD_NEW_PHONE',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '媽，我換咗電話號碼，今晚返嚟食飯當面同你講，你打舊嗰個都仲通到月尾。',
        '妈，我换手机号了，今晚回来吃饭当面跟你说，打旧号码到月底还能通。',
        "Mum, I have a new number. I'll tell you at dinner tonight, and the old one works until the end of the month.",
      ],
      [
        '補習社嗰{money}（{payee}）我喺便利店交咗，你唔使過。',
        '补习班的{money}（{payee}）我在便利店交了，你不用转。',
        "I've paid the tutorial centre's {money} ({payee}) at the convenience store, you don't need to send anything.",
      ],
    ],
  },
  {
    id: 'HONEST_OLD_FRIEND_CALL',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '喂{victim}，我係{nick}呀，打嚟問你聚會嘅事。\n喂，好耐冇聽你把聲喇，幾時呀？\n{deadline}夜晚，{district}，每人{money}，你過畀{payee}或者到時畀現金都得。\n好，我到時畀現金，到時見。',
        '喂{victim}，我是{nick}，打来问你聚会的事。\n喂，好久没听到你声音了，什么时候？\n{deadline}晚上，{district}，每人{money}，转给{payee}或者到时给现金都行。\n好，我到时给现金，到时见。',
        "Hi {victim}, it's {nick}, calling about the get-together.\nHi! Haven't heard your voice for ages. When is it?\nEvening of {deadline} in {district}, {money} each. Send it to {payee} or pay cash on the day.\nI'll bring cash. See you there.",
      ],
    ],
  },
  {
    id: 'HONEST_COLLEAGUE_FAREWELL',
    medium: 'WECHAT',
    sender: '{nick}',
    steps: [
      [
        '{person}下星期last day，我哋夾份送{item}，每人{money}，過數畀{payee}就得，卡喺我枱面，記住嚟簽名。',
        '{person}下周最后一天上班，我们凑份子送{item}，每人{money}，转到{payee}就行，卡片在我桌上，记得来签名。',
        "{person}'s last day is next week. We are chipping in for a {item}, {money} each to {payee}. The card is on my desk, come and sign it.",
      ],
    ],
  },
];

export const MULE_RECRUITMENT: readonly Scenario[] = [
  {
    id: 'HONEST_EMPLOYER_ACCOUNT_FORM',
    medium: 'EMAIL',
    sender: 'hr@{companySite}',
    steps: [
      [
        '主旨：新入職同事資料\n{victim}：歡迎加入{company}。請於{deadline}前填妥自動轉賬出糧表格，列明本人名下的戶口號碼。首月薪金為{amount}，毋須提供提款卡或密碼。',
        '主题：新入职同事资料\n{victim}：欢迎加入{company}。请于{deadline}前填好工资转账表格，列明本人名下的账户号码。首月工资为{amount}，无须提供银行卡或密码。',
        'Subject: Joining us\nDear {victim}, welcome to {company}. Please return the autopay form with an account in your own name by {deadline}. Your first salary will be {amount}. We need neither your card nor your password.',
      ],
    ],
  },
  {
    id: 'HONEST_BANK_MULE_WARNING',
    medium: 'SMS',
    sender: '#{bankId}',
    steps: [
      [
        '{bank}：切勿出租、出借或出售戶口。你於{date}收到一筆{amount}的轉賬，如不認識對方，請勿轉走款項並致電 {phone}。',
        '{bank}：切勿出租、出借或出售账户。您于{date}收到一笔{amount}的转账，如不认识对方，请勿转走款项并致电 {phone}。',
        '{bank}: never rent, lend or sell your account. On {date} you received {amount}. If you do not know the payer, do not move the money and call {phone}.',
      ],
    ],
  },
  {
    id: 'HONEST_CLUB_TREASURER',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '下季學會財政交畀你喇，個戶口係學會名{payee}，要兩個人簽先郁到錢，唔好用自己戶口代收。',
        '下季度学会财务交给你了，账户是学会名下的{payee}，要两个人签字才能动钱，不要用自己的账户代收。',
        "You're taking over as treasurer next term. The account is in the society's name, {payee}, and needs two signatures. Don't collect money in your own account.",
      ],
      [
        '今期會費{money}我已經入咗，單據喺{district}會址，{tomorrow}交收畀你。',
        '这期会费{money}我已经存了，单据在{district}会址，{tomorrow}交给你。',
        "I have banked this term's fees, {money}. The receipts are in our {district} office, I'll hand them over on {tomorrow}.",
      ],
    ],
  },
  {
    id: 'HONEST_FREELANCE_PAYMENT',
    medium: 'EMAIL',
    sender: 'finance@{companySite}',
    steps: [
      [
        '主旨：付款通知 {ref}\n{victim}：{company}已於{date}就閣下的設計服務支付{amount}。請核對金額並保留本通知作報稅用途。',
        '主题：付款通知 {ref}\n{victim}：{company}已于{date}就您的设计服务支付{amount}。请核对金额并保留本通知作报税用途。',
        'Subject: Payment advice {ref}\nDear {victim}, {company} paid {amount} for your design work on {date}. Please check the amount and keep this advice for your tax return.',
      ],
    ],
  },
];
