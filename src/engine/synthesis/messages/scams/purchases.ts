import type { Scenario } from '../kinds.js';

/** Goods that never come: shop pages, second-hand markets, false buyers, rooms that are not theirs to let. */
export const SHOPPING: readonly Scenario[] = [
  {
    id: 'SHOPPING_SECOND_HAND',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        '你好，{item}仲有，九成幾新，有單有保養，{district}交收都得，不過今日已經有三個人問緊。',
        '你好，{item}还在，九五新，小票齐全，还在保修期。{district}可以面交，不过今天已经有三个人来问了。',
        'Hi, yes the {item} is still available. Like new, receipt and warranty included. I can meet you in {district}, but three other people have asked about it today.',
      ],
      [
        '老實講，有個買家話即刻過數畀我。你真係想要就過咗錢先，我幫你留住，唔係我就畀佢㗎喇。',
        '说实话，有个买家说马上转账给我。你要是真心想要就先付款，我给你留着，不然我就给他了。',
        "To be honest, another buyer says he will pay me right now. If you really want it, pay first and I'll hold it for you, otherwise it goes to him.",
      ],
      [
        '轉數快過{money}就得，戶口名係{payee}。過完send張截圖嚟，我{tomorrow}寄出，單號即刻畀你。面交我呢排真係唔得閒。',
        '用转数快转{money}就行，户名是{payee}。转完把截图发给我，我{tomorrow}寄出，单号马上给你。面交我最近实在没空。',
        "FPS me {money}, account name {payee}. Send me the screenshot when it's done and I'll ship on {tomorrow} and give you the tracking number. I really have no time to meet up these days.",
      ],
    ],
  },
  {
    id: 'SHOPPING_CLEARANCE_PAGE',
    medium: 'SOCIAL_POST',
    sender: '{shop} Outlet',
    steps: [
      [
        '【{shop}結業清倉】租約月底到期，全線貨品低至一折！{item}只售{money}，門市唔設零售，網上落單先有呢個價。數量有限，賣完即止。',
        '【{shop}结业清仓】租约月底到期，全场低至一折！{item}只要{money}，门店不零售，网上下单才有这个价。数量有限，售完即止。',
        '{shop} CLOSING DOWN: our lease ends this month and everything must go, up to 90% off! The {item} is only {money}. Online orders only, not available in store. While stocks last.',
      ],
      [
        '多謝落單！訂單{ref}已經幫你留貨，{hours}個鐘內唔找數就會自動取消。信用卡系統維修緊，請用轉數快過{money}去{payee}，備註寫訂單號碼。',
        '感谢下单！订单{ref}已为您留货，{hours}小时内未付款将自动取消。信用卡系统正在维护，请用转数快转{money}到{payee}，备注写订单号。',
        'Thanks for your order! Order {ref} is reserved and will be cancelled if not paid within {hours} hours. Our card system is under maintenance, so please FPS {money} to {payee} and quote the order number.',
      ],
    ],
  },
  {
    id: 'SHOPPING_FALSE_BUYER',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        'Hi，{item}我要，唔講價。我人喺{district}返工，冇時間交收，可唔可以用{market}嘅擔保付款？',
        '你好，你的{item}我要了，不还价。我在{district}上班没空面交，可以用{market}的担保付款吗？',
        "Hi, I'll take the {item}, no haggling. I work in {district} and can't meet up, can we use {market} protected payment?",
      ],
      [
        '我已經畀咗錢，{market}話你要撳入去確認先收到：{link} 。你跟住填返戶口資料就得，好快㗎。',
        '我已经付款了，{market}说你要点进去确认才能收到：{link} 。你按提示填一下账户资料就行，很快的。',
        "I've paid already. {market} says you need to confirm before the money is released: {link} . Just fill in your account details, it's quick.",
      ],
      [
        '客服話你戶口未驗證，要先過{money}做驗證金，戶名{payee}，驗證完連貨款一次過退返畀你。你唔做嘅話我筆錢都攞唔返㗎。',
        '客服说你的账户还没验证，要先转{money}验证金，户名{payee}，验证完连货款一起退给你。你不弄的话我的钱也拿不回来。',
        "Support says your account isn't verified, so you need to put in {money} first, account name {payee}. It comes back to you together with my payment. If you don't do it I can't get my money back either.",
      ],
    ],
  },
  {
    id: 'SHOPPING_FLAT_DEPOSIT',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '你好，{estate}嗰個開放式仲未租出，{district}地鐵站行五分鐘，包管理費，租金平過市價兩成。我人喺英國，鎖匙擺咗喺親戚度。',
        '你好，{estate}那套开间还没租出去，离{district}地铁站步行五分钟，包管理费，租金比市价便宜两成。我人在英国，钥匙放在亲戚那里。',
        "Hello, the studio at {estate} is still available. Five minutes' walk from {district} MTR, management fee included, 20% below market. I'm in the UK, my relative keeps the keys.",
      ],
      [
        '今日有兩個人約咗睇樓，想留住個單位就要落咗訂先。睇完唔啱，訂金全數退返。',
        '今天已经有两个人约了看房，想留住就要先付定金。看完不满意，定金全额退。',
        'Two people are viewing it today. To hold the flat you need to pay a deposit first. If you don’t like it after viewing, I refund everything.',
      ],
      [
        '訂金{money}，轉數快畀{payee}，過完影張身份證同入數紙畀我，我即刻叫親戚{tomorrow}帶鎖匙畀你。',
        '定金{money}，用转数快转给{payee}，转完把身份证和转账截图拍给我，我马上让亲戚{tomorrow}把钥匙带给你。',
        'The deposit is {money}, please FPS it to {payee}. Then send me a photo of your ID card and the payment slip and my relative will bring you the keys on {tomorrow}.',
      ],
    ],
  },
  {
    id: 'SHOPPING_PROXY_PURCHASE',
    medium: 'WECHAT',
    sender: ['{nick}代購', '{nick}代购', '{nick} Proxy Buys'],
    steps: [
      [
        '今期日本直送{item}截單倒數，團友價，齊人就飛。上次嗰批已經全部派晒，留言區有相有真相。',
        '本期日本直邮{item}即将截单，团友价，满员就飞。上一批已经全部发完，评论区有图有真相。',
        'Last call for this round direct from Japan: {item} at group price, flying as soon as the list is full. The last batch has all been delivered, see the photos in the comments.',
      ],
      [
        '你個位留到今晚咋。過{money}畀{payee}，代購要全數先墊㗎，收到會send訂單畀你，編號{ref}。',
        '你的名额只留到今晚。转{money}给{payee}，代购要全款预付的，收到后发订单给你，编号{ref}。',
        'Your place is only held until tonight. Transfer {money} to {payee}. Orders are prepaid in full; I will send you order {ref} once it arrives.',
      ],
    ],
  },
];

/** Concert, flight and park tickets sold by people who have none. */
export const TICKET: readonly Scenario[] = [
  {
    id: 'TICKET_RESALE',
    medium: 'SOCIAL_POST',
    sender: '{nick}',
    steps: [
      [
        '放{event}內場連位兩張，朋友臨時要出trip去唔到，原價放，唔炒。有意inbox我。',
        '转{event}内场连座两张，朋友临时要出差去不了，原价转，不加价。有意私信。',
        'Letting go two floor seats together for the {event}. My friend has to travel, so face value only, no mark-up. DM me.',
      ],
      [
        '有張飛嘅相同埋confirmation畀你睇，不過個QR code遮咗先。好多人問，邊個過數先就畀邊個。',
        '票的照片和确认邮件都可以给你看，二维码先遮住。问的人很多，谁先付款给谁。',
        "Here's a photo of the tickets and the confirmation, with the QR code covered for now. Lots of people are asking, first to pay gets them.",
      ],
      [
        'FPS {money}去{payee}，收到即刻transfer電子飛畀你。唔好意思，見過太多人放飛機，所以要全數。',
        '转数快转{money}到{payee}，到账马上把电子票转给你。不好意思，被放过太多次鸽子，所以要全款。',
        "FPS {money} to {payee} and I'll transfer the e-tickets right away. Sorry, I've been stood up too many times so I need the full amount.",
      ],
    ],
  },
  {
    id: 'TICKET_FAN_GROUP',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '我係{event}後援會嘅{nick}，公司飛最後一批，每人限兩張，唔使抽，前六行。',
        '我是{event}后援会的{nick}，内部票最后一批，每人限两张，不用抽签，前六排。',
        "I'm {nick} from the {event} fan club. This is the last batch of sponsor tickets, two per person, no ballot, first six rows.",
      ],
      [
        '{cutoff}截數交名單，過咗鐘就冇㗎喇。{money}入去{payee}，入完報個名同電話尾四位畀我。',
        '{cutoff}截止交名单，过时就没有了。{money}转到{payee}，转完把姓名和电话后四位报给我。',
        "The list closes at {cutoff} and after that they're gone. Pay {money} to {payee}, then give me your name and the last four digits of your phone number.",
      ],
    ],
  },
  {
    id: 'TICKET_GRAB_SERVICE',
    medium: 'WECHAT',
    sender: ['{nick}搶飛', '{nick}抢票', '{nick} Ticket Help'],
    steps: [
      [
        '{event}代搶，多線路，搶到先收手續費。實名同唔實名都得，之前幾場成功率九成半。',
        '{event}代抢，多线路，抢到才收手续费。实名、非实名都可以，前几场成功率95%。',
        'I can grab {event} tickets for you. Several lines running, fee only if I succeed, named or unnamed tickets, 95% success on the last few shows.',
      ],
      [
        '搶到喇！兩張連位，系統淨係鎖到{hours}個鐘，過咗就會放返出嚟，你快手啲。',
        '抢到了！两张连座，系统只锁{hours}小时，过了就会放回票池，你快点。',
        'Got them! Two seats together. The system only holds them for {hours} hours and then they go back on sale, so be quick.',
      ],
      [
        '票價連手續費一共{money}，過數畀{payee}，備註唔好寫「門票」，寫「還款」就得，費事畀平台封。',
        '票价加手续费一共{money}，转到{payee}，备注不要写“门票”，写“还款”就行，免得被平台封。',
        "Tickets plus my fee come to {money}. Transfer it to {payee}, and don't write 'tickets' in the remarks, put 'repayment', or the platform will block me.",
      ],
    ],
  },
  {
    id: 'TICKET_FLIGHT_VOUCHER',
    medium: 'SOCIAL_POST',
    sender: ['快閃平旅', '快闪旅行', 'Flash Trips'],
    steps: [
      [
        '機票快閃！東京來回連稅{money}，淨返最後八個位，{cutoff}前落單先有。Inbox「我要」即刻留位。',
        '机票快闪！东京往返含税{money}，只剩最后八个座位，{cutoff}前下单才有。私信“我要”马上留座。',
        'Flash fares! Tokyo return {money} with taxes, last eight seats, only until {cutoff}. DM "I want" to hold your seat.',
      ],
      [
        '留位成功，編號{ref}。航空公司要即日出票，麻煩{hours}個鐘內將{money}過去公司會計{payee}，逾時個位會自動釋放。',
        '留座成功，编号{ref}。航空公司要求当日出票，请在{hours}小时内将{money}转给公司会计{payee}，逾时座位自动释放。',
        'Your seat is held, reference {ref}. The airline needs same-day ticketing, so please transfer {money} to our accountant {payee} within {hours} hours or the seat is released.',
      ],
    ],
  },
  {
    id: 'TICKET_PARK_PASS',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        '樂園門票員工價，唔記名，今年底前邊日去都得，四張起有多五張平啲。',
        '乐园门票员工价，不记名，今年年底前任意一天都能用，四张起更便宜。',
        'Theme park tickets at staff price, no name on them, any day until the end of the year. Even cheaper for four or more.',
      ],
      [
        '你要嘅話過{money}去{payee}，即過即send QR code。我同事放假，{tomorrow}之後就要等下個月先有quota。',
        '你要的话转{money}到{payee}，到账就发二维码。我同事要休假，{tomorrow}之后就要等下个月才有名额。',
        "If you want them, transfer {money} to {payee} and I send the QR codes straight away. My colleague goes on leave, so after {tomorrow} there's no quota until next month.",
      ],
    ],
  },
];
