import type { Scenario } from '../kinds.js';

/** Honest sales that read like the false ones. */
export const SHOPPING: readonly Scenario[] = [
  {
    id: 'HONEST_SHOP_CONFIRMATION',
    medium: 'SMS',
    sender: '#{shopId}',
    steps: [
      [
        '{shop}：訂單{ref}已確認，共{amount}，預計{deadline}送達{district}。查詢訂單：https://{shopSite}/orders',
        '{shop}：订单{ref}已确认，共{amount}，预计{deadline}送达{district}。查询订单：https://{shopSite}/orders',
        '{shop}: order {ref} confirmed, total {amount}, expected in {district} on {deadline}. Track it at https://{shopSite}/orders',
      ],
    ],
  },
  {
    id: 'HONEST_SECOND_HAND_MEETUP',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        '你好，{item}仲有呀，用咗年幾，角位有少少花，其他正常。',
        '你好，{item}还在，用了一年多，边角有点划痕，其他正常。',
        'Hi, the {item} is still here. Used for about a year, a few scratches on the corners, otherwise fine.',
      ],
      [
        '{district}站交收，你試咗冇問題先畀錢，{money}，現金或者轉數快{payee}都得。唔使落訂，唔啱唔買都OK。',
        '{district}站面交，你试过没问题再付钱，{money}，现金或者转数快{payee}都行。不用定金，不合适不买也没关系。',
        "Let's meet at {district} station. Try it first and pay if you're happy: {money}, cash or FPS to {payee}. No deposit, and no hard feelings if it isn't for you.",
      ],
    ],
  },
  {
    id: 'HONEST_CLEARANCE_SALE',
    medium: 'SOCIAL_POST',
    sender: '{shop}',
    steps: [
      [
        '{shop}{district}店租約期滿，{month}尾光榮結業，全店貨品半價起，{item}由{money}起，親臨門市先有，賣完就冇。多謝街坊咁多年嚟支持！',
        '{shop}{district}店租约期满，{month}底光荣结业，全店五折起，{item}{money}起，仅限到店选购，售完为止。感谢街坊多年支持！',
        'Our {district} shop closes at the end of {month} when the lease runs out. Everything from half price, {item} from {money}, in store only, while stocks last. Thank you for all your support! {shop}',
      ],
    ],
  },
  {
    id: 'HONEST_LANDLORD_RENT',
    medium: 'WHATSAPP',
    sender: ['業主{surname}太', '房东{surname}太太', 'Mrs {surname} (landlady)'],
    steps: [
      [
        '{victim}你好，提提你{month}份租金{money}，照舊轉數快畀{payee}就得，戶口冇改。冷氣師傅{tomorrow}下晝上嚟{estate}洗冷氣，你喺唔喺屋企？',
        '{victim}你好，提醒一下{month}的房租{money}，还是照旧用转数快转到{payee}，账户没变。空调师傅{tomorrow}下午来{estate}清洗空调，你在家吗？',
        'Hi {victim}, a reminder of the {month} rent, {money} by FPS to {payee} as usual, same account. The air-con man is coming to {estate} on the afternoon of {tomorrow}, will you be home?',
      ],
    ],
  },
];

export const TICKET: readonly Scenario[] = [
  {
    id: 'HONEST_TICKET_CONFIRMATION',
    medium: 'EMAIL',
    sender: 'noreply@{ticketingSite}',
    steps: [
      [
        '主旨：購票確認 {ref}\n{victim}：閣下已成功購買{event}門票，信用卡已扣除{amount}。電子門票將於演出前七日存入閣下的{ticketing}帳戶，本公司不會透過即時通訊要求付款。',
        '主题：购票确认 {ref}\n{victim}：您已成功购买{event}门票，信用卡已扣款{amount}。电子票将于演出前七天存入您的{ticketing}账户，我们不会通过即时通讯要求付款。',
        'Subject: Booking confirmation {ref}\nDear {victim}, your tickets for the {event} are confirmed and {amount} has been charged to your card. E-tickets will appear in your {ticketing} account seven days before the show. We never ask for payment by chat.',
      ],
    ],
  },
  {
    id: 'HONEST_TICKET_FRIEND_SPLIT',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '搶到{event}飛喇！！{heads}張一共{total}，我碌咗卡先。',
        '抢到{event}的票了！！{heads}张一共{total}，我先刷卡了。',
        'GOT SEATS for the {event}!! {heads} tickets, {total} altogether, I put it on my card.',
      ],
      [
        '每人{money}，得閒FPS返畀我，我個名{payee}，唔急，出糧先畀都得。',
        '每人{money}，有空转数快给我，户名{payee}，不急，发工资再给也行。',
        "That's {money} each. FPS me when you can, {payee}. No rush, after payday is fine.",
      ],
    ],
  },
  {
    id: 'HONEST_TICKET_BALLOT',
    medium: 'SMS',
    sender: '#{ticketingId}',
    steps: [
      [
        '{ticketing}：恭喜！你已中籤獲得{event}購票資格，請於{deadline}23:59前登入帳戶付款{amount}，逾時作放棄論。參考編號{ref}',
        '{ticketing}：恭喜！您已中签获得{event}购票资格，请于{deadline}23:59前登录账户付款{amount}，逾时视为放弃。参考编号{ref}',
        '{ticketing}: good news, you were drawn in the ballot for the {event}. Log in and pay {amount} before 23:59 on {deadline} or your place lapses. Ref {ref}',
      ],
    ],
  },
  {
    id: 'HONEST_TICKET_FACE_VALUE',
    medium: 'SOCIAL_POST',
    sender: '{nick}',
    steps: [
      [
        '原價讓{event}飛一張{money}，細路病咗去唔到。可以喺{district}一齊去票務處轉名先畀錢，唔收訂，炒飛黨勿擾。',
        '原价转{event}门票一张{money}，孩子病了去不了。可以在{district}一起去票务处改名后再付款，不收定金，黄牛勿扰。',
        "One {event} ticket at face value, {money}, my kid is ill so I can't go. We can change the name at the {district} counter together before you pay. No deposit, touts stay away.",
      ],
    ],
  },
];
