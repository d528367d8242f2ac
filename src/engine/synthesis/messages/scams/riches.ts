import type { Scenario } from '../kinds.js';

/** Jobs of clicks and likes: small sums are paid out first, then every task needs a larger deposit. */
export const CLICK_FARM: readonly Scenario[] = [
  {
    id: 'CLICK_FARM_LIKES',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '你好，我係{nick}，平台推廣部請在家兼職，淨係幫商戶撳like同追蹤，每日做半個鐘，日薪{small}起，即日出糧。有興趣回覆1。',
        '您好，我是{nick}，平台推广部招居家兼职，只需帮商家点赞关注，每天半小时，日薪{small}起，当天结算。有兴趣请回复1。',
        'Hi, this is {nick} from a platform marketing team. Work from home: like and follow merchants for half an hour a day, from {small} a day, paid the same day. Reply 1 if interested.',
      ],
      [
        '頭三單嘅{small}已經過咗畀你，查收吓。想做高佣嘅就要升級做「商戶預付單」，墊住先，完成即刻連本帶佣金{percent}退返。',
        '前三单的{small}已经转给你了，请查收。想做高佣金就要升级做“商家预付单”，先垫付，完成后立刻连本金和{percent}佣金一起返还。',
        'The {small} for your first three tasks has been paid, please check. For higher commission you move up to merchant prepaid tasks: you advance the money and get it back at once with {percent} commission.',
      ],
      [
        '你呢組係三連單，做埋最後一單先可以提現。差{money}，入去{payee}。唔做完就當違約，之前嘅本金同佣金會凍結㗎。',
        '你这组是三连单，做完最后一单才能提现。还差{money}，转到{payee}。不做完算违约，之前的本金和佣金都会被冻结。',
        "Yours is a set of three, so you can only withdraw after the last one. It needs {money} to {payee}. If you don't finish it counts as a breach and your capital and commission will be frozen.",
      ],
    ],
  },
  {
    id: 'CLICK_FARM_HOTEL_RATING',
    medium: 'WECHAT',
    sender: ['酒店評分{nick}', '酒店评分{nick}', '{nick} Hotel Reviews'],
    steps: [
      [
        '幫酒店刷五星好評，每日四十單，底薪加佣金，學生、主婦都做得。我哋有工作群，有導師一對一教。',
        '帮酒店刷五星好评，每天四十单，底薪加佣金，学生、宝妈都能做。我们有工作群，有导师一对一带。',
        'Give hotels five-star ratings, forty a day, basic pay plus commission, suitable for students and housewives. There is a work group and a mentor for each of you.',
      ],
      [
        '恭喜你抽中「幸運單」，佣金係平時六倍！戶口餘額唔夠，要補{money}先可以繼續，收款人{payee}，{hours}個鐘內要搞掂，唔係會影響你信用分。',
        '恭喜你抽到“幸运单”，佣金是平时的六倍！账户余额不足，需补{money}才能继续，收款人{payee}，{hours}小时内完成，否则影响你的信用分。',
        'Congratulations, you drew a lucky order with six times the commission! Your balance is short, so top up {money} to {payee} within {hours} hours to continue, otherwise your credit score drops.',
      ],
    ],
  },
  {
    id: 'CLICK_FARM_SHOP_ORDERS',
    medium: 'SOCIAL_POST',
    sender: '{market} Careers HK',
    steps: [
      [
        '【網店代下單員】{market}商戶增加銷量，在家用手機就做到，月入過兩萬唔係夢。撳入嚟加主管WhatsApp：{link}',
        '【网店代下单员】{market}商家冲销量，在家用手机就能做，月入两万不是梦。点这里加主管微信：{link}',
        'ONLINE ORDER ASSISTANT: {market} merchants need sales volume. Work from home on your phone, $20,000 a month is no dream. Add our supervisor here: {link}',
      ],
      [
        '今日嘅任務係幫商家落單衝銷量，貨唔使寄畀你，貨款連{percent}佣金十五分鐘內回到你戶口。',
        '今天的任务是帮商家下单冲量，货不用寄给你，货款连同{percent}佣金十五分钟内回到你的账户。',
        "Today's task is to place orders to boost sales. Nothing gets delivered; the price plus {percent} commission returns to your account within fifteen minutes.",
      ],
      [
        '你頭先操作錯咗一步，成組單卡住咗。要補{money}做修復單，入去{payee}，主管話搞掂就連之前嘅一次過出返畀你。',
        '你刚才操作错了一步，整组单子卡住了。需要补{money}做修复单，转到{payee}，主管说弄好就连之前的一起出给你。',
        'You made a mistake in one step and the whole set is stuck. It needs a repair order of {money} to {payee}. The supervisor says everything will be released together once that is done.',
      ],
    ],
  },
  {
    id: 'CLICK_FARM_VIDEO',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '{victim}你好，收到你嘅求職資料。睇短片撳讚，日薪{small}起，即日出糧，加我哋HR WhatsApp {phone} 了解。',
        '{victim}你好，收到你的求职资料。看短视频点赞，日薪{small}起，当天结算，加我们HR的WhatsApp {phone} 了解。',
        'Hi {victim}, we received your job application. Watch short videos and like them, from {small} a day, paid the same day. WhatsApp our HR on {phone} to find out more.',
      ],
      [
        '提現要先達到VIP等級，差額{money}，存入{payee}就即刻升級，升級後今日收益{gain}可以全部提走。',
        '提现要先达到VIP等级，还差{money}，存入{payee}马上升级，升级后今天的收益{gain}可以全部提走。',
        'You need VIP level to withdraw. You are {money} short; deposit it with {payee} and you are upgraded at once, then you can withdraw all of today’s {gain}.',
      ],
    ],
  },
  {
    id: 'CLICK_FARM_CHARITY_DATA',
    medium: 'APP_CHAT',
    sender: ['任務導師 {nick}', '任务导师 {nick}', 'Task Mentor {nick}'],
    steps: [
      [
        '歡迎加入公益數據組！完成簽到有{small}紅包，已經派咗畀你。跟住落嚟嘅「慈善福利單」回報高啲，名額先到先得。',
        '欢迎加入公益数据组！完成签到有{small}红包，已经发给你了。接下来的“慈善福利单”收益更高，名额先到先得。',
        'Welcome to the charity data group! Your {small} red packet for signing in has been paid. The charity bonus tasks that follow pay more, first come first served.',
      ],
      [
        '群入面個個都交齊，淨返你一個未跟，人哋成組都出唔到錢，唔好拖累大家啦。',
        '群里大家都交齐了，就剩你一个没跟上，整组人都提不了款，别拖累大家。',
        'Everyone in the group has paid except you, and nobody can withdraw until you do. Please do not let the others down.',
      ],
      [
        '最後一步：{money}過數畀{payee}，截圖交去客服，{cutoff}前系統會連佣金退返{gain}畀你。',
        '最后一步：{money}转到{payee}，截图交给客服，{cutoff}前系统会连佣金退给你{gain}。',
        'Last step: send {money} to {payee} and give the screenshot to customer service. The system will return {gain} including commission before {cutoff}.',
      ],
    ],
  },
];

/** Tips, groups and apps that show profits nobody can withdraw. */
export const INVESTMENT: readonly Scenario[] = [
  {
    id: 'INVESTMENT_TIPS_GROUP',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '{victim}你好，我係{surname}老師嘅助理{nick}。老師呢個月免費開班講港股，上星期三隻號碼全部中晒，想入群跟單就覆我。',
        '{victim}你好，我是{surname}老师的助理{nick}。老师这个月免费开课讲港股，上周三只票全部涨了，想进群跟单就回复我。',
        "Hello {victim}, I'm {nick}, assistant to Mr {surname}. He is giving free lessons on Hong Kong stocks this month and all three picks last week went up. Reply if you want to join the group.",
      ],
      [
        '今日群友又賺咗{percent}，你睇吓啲截圖。老師有內部配售額度，要喺{trading}開戶先落到單，我教你裝個app。',
        '今天群友又赚了{percent}，你看看截图。老师有内部配售额度，要在{trading}开户才能下单，我教你装App。',
        'The group made another {percent} today, look at the screenshots. Mr {surname} has an inside placement, but you can only buy it through {trading}. I will help you install the app.',
      ],
      [
        '今次配售淨係開到{deadline}，你個額度係{money}，入去公司託管戶口{payee}，入完我幫你上數。老師話今次保守都有{gain}。',
        '这次配售只开放到{deadline}，你的额度是{money}，转入公司托管账户{payee}，转完我帮你上分。老师说这次保守也有{gain}。',
        'The placement closes on {deadline}. Your allocation is {money}, payable to our custody account {payee}; tell me when it is done and I will credit your balance. He says it should be worth at least {gain}.',
      ],
    ],
  },
  {
    id: 'INVESTMENT_FEE_TO_WITHDRAW',
    medium: 'APP_CHAT',
    sender: ['{trading} 客服', '{trading} 客服', '{trading} Support'],
    steps: [
      [
        '尊貴客戶你好，你喺{trading}嘅戶口已累積盈利{profit}，隨時可以申請提款。',
        '尊敬的客户您好，您在{trading}的账户已累计盈利{profit}，随时可以申请提款。',
        'Dear client, your {trading} account has accumulated a profit of {profit} and you may request a withdrawal at any time.',
      ],
      [
        '你嘅提款申請{ref}被風控攔截咗，因為盈利過大，要先繳交個人利得稅先可以放行，稅款唔可以喺盈利入面扣。',
        '您的提款申请{ref}被风控拦截，因盈利较大，需先缴纳个人所得税才能放行，税款不能从盈利中扣除。',
        'Your withdrawal {ref} was held by risk control because of the size of the profit. Personal tax must be paid before release and cannot be deducted from the profit.',
      ],
      [
        '請喺{hours}小時內將{money}存入指定戶口{payee}，逾期戶口會永久凍結。繳清之後兩個鐘內連稅款一齊到賬。',
        '请在{hours}小时内将{money}存入指定账户{payee}，逾期账户将永久冻结。缴清后两小时内连同税款一并到账。',
        'Please deposit {money} to the designated account {payee} within {hours} hours or your account will be frozen permanently. Once paid, everything including the tax arrives within two hours.',
      ],
    ],
  },
  {
    id: 'INVESTMENT_DEEPFAKE_AD',
    medium: 'SOCIAL_POST',
    sender: ['財經快線', '财经快线', 'Money Headlines'],
    steps: [
      [
        '獨家！著名基金經理{person}公開AI選股程式，散戶免費試用，日賺{percent}。名額淨返最後三十個，即刻登記：{link}',
        '独家！知名基金经理{person}公开AI选股程序，散户免费试用，日赚{percent}。名额只剩最后三十个，立即登记：{link}',
        'EXCLUSIVE! Top fund manager {person} opens his AI stock-picking program to the public: free trial, {percent} a day. Only thirty places left, register now: {link}',
      ],
      [
        '登記成功。你嘅專屬經理{nick}會跟進，最低入場{money}，過數去{payee}，系統今晚就開始自動交易，隨時可以贖回。',
        '登记成功。您的专属经理{nick}会跟进，最低入场{money}，转账到{payee}，系统今晚开始自动交易，随时可以赎回。',
        'You are registered. {nick}, your personal manager, will follow up. The minimum is {money} to {payee}; the system starts trading tonight and you may redeem at any time.',
      ],
    ],
  },
  {
    id: 'INVESTMENT_RAMP_AND_DUMP',
    medium: 'WECHAT',
    sender: ['{surname}老師', '{surname}老师', 'Teacher {surname}'],
    steps: [
      [
        '今日唔講大市，淨係講一隻細價股，莊家聽日開始拉，我哋全部人同一時間入，目標升{percent}。',
        '今天不讲大盘，只讲一只小票，庄家明天开始拉，我们所有人同一时间进，目标涨{percent}。',
        "Let's not talk about the index today, just one small cap. The insiders start pushing it tomorrow. We all buy at the same moment, target up {percent}.",
      ],
      [
        '記住唔好同屋企人講，講咗莊家會走。資金唔夠嘅可以借，三日就返到本。',
        '记住不要跟家里人讲，讲了庄家会跑。资金不够可以借，三天就回本。',
        "Remember, don't tell your family or the insiders will pull out. If you are short of cash, borrow: you will have it back in three days.",
      ],
      [
        '想要保本位嘅{cutoff}前過{money}去操盤戶口{payee}，由我哋統一落單，賺咗七三分。',
        '想要保本名额的，{cutoff}前转{money}到操盘账户{payee}，由我们统一下单，赚了七三分。',
        'If you want a guaranteed place, transfer {money} to the trading account {payee} before {cutoff}. We place one order for everyone and split the profit seventy-thirty.',
      ],
    ],
  },
  {
    id: 'INVESTMENT_GUARANTEED_FUND',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '請問係咪{victim}？我係{trading}嘅投資顧問{surname}生，想話你知有隻保本基金。\n係，咩基金話？\n海外私募，月息{percent}，寫明保本，上個月啲客已經收咗息。\n咁高息？真係唔會蝕㗎？',
        '请问是{victim}吗？我是{trading}的投资顾问，姓{surname}，想跟您介绍一只保本基金。\n是我，什么基金？\n海外私募，月息{percent}，合同写明保本，上个月客户已经收到利息了。\n利息这么高？真的不会亏吗？',
        "Is that {victim}? My name is {surname}, investment adviser at {trading}. I'd like to tell you about a capital-guaranteed fund.\nYes, speaking. What fund?\nOffshore private placement, {percent} a month, capital guaranteed in writing. Clients were paid their interest last month.\nThat much? And there's really no risk?",
      ],
      [
        '有合約㗎，不過額度淨係留到{deadline}，過咗就要等下一季。\n我要諗吓先。\n你入{money}先啦，戶口名{payee}，今日入就計今日息，我WhatsApp合約畀你。\n好啦，我而家過數。',
        '有合同的，不过额度只留到{deadline}，过了就要等下一季。\n我要考虑一下。\n您先投{money}，户名{payee}，今天入账今天计息，我微信把合同发给您。\n好吧，我现在转。',
        "There is a contract, but the quota is only open until {deadline}, after that it's next quarter.\nI need to think about it.\nStart with {money}, account name {payee}. Pay today and interest runs from today. I'll WhatsApp you the contract.\nAll right, I'll transfer it now.",
      ],
    ],
  },
];

/** Coins, mining and arbitrage on exchanges that exist only as a page. */
export const CRYPTO: readonly Scenario[] = [
  {
    id: 'CRYPTO_ARBITRAGE',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        'USDT搬磚聽過未？{exchange}同出面有差價，一個圈賺{percent}，我做咗半年，冇蝕過。',
        'USDT搬砖听过吗？{exchange}和外面有差价，一圈赚{percent}，我做了半年，没亏过。',
        "Heard of USDT arbitrage? There's a price gap between {exchange} and the others, {percent} a round. I've done it for half a year and never lost.",
      ],
      [
        '你頭先試嗰轉係咪賺咗{small}？真金白銀㗎。本金大啲先有肉食，今個星期差價最闊。',
        '你刚才试的那一圈是不是赚了{small}？真金白银。本金大一点才有肉吃，这周差价最大。',
        "You made {small} on that trial round, didn't you? Real money. You need more capital for it to be worth it, and the gap is widest this week.",
      ],
      [
        '{exchange}唔收港紙，要搵幣商{payee}入數，過{money}，對方即刻放幣去你個錢包。銀行問就話係買嘢。',
        '{exchange}不收港币，要找币商{payee}，转{money}过去，对方马上放币到你的钱包。银行问就说是购物。',
        "{exchange} doesn't take Hong Kong dollars, so pay the coin dealer {payee} {money} and they release the coins to your wallet. If the bank asks, say it's for shopping.",
      ],
    ],
  },
  {
    id: 'CRYPTO_MINING_POOL',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '{victim}你好，{exchange}流動性挖礦內測，質押幾多都得，每日派息{percent}，隨時取消質押。',
        '{victim}你好，{exchange}流动性挖矿内测，质押多少都行，每天派息{percent}，随时取消质押。',
        'Hi {victim}, the {exchange} liquidity mining beta is open. Stake any amount, {percent} paid daily, unstake whenever you like.',
      ],
      [
        '內測{cutoff}截，至少質押{money}先有創世節點資格。法幣通道收款人係{payee}，入完將TxID或者入數紙send畀我。',
        '内测{cutoff}截止，至少质押{money}才有创世节点资格。法币通道收款人是{payee}，转完把TxID或转账凭证发给我。',
        'The beta closes at {cutoff} and you need to stake at least {money} for genesis node status. The fiat channel is payable to {payee}; send me the TxID or the payment slip afterwards.',
      ],
    ],
  },
  {
    id: 'CRYPTO_RECOVERY_AGENT',
    medium: 'EMAIL',
    sender: 'claims@{token}.example',
    steps: [
      [
        '主旨：關於閣下於{exchange}的損失\n{victim}：我們是國際區塊鏈資產追回中心。經追查，閣下早前被騙的資產已於一個凍結錢包內尋獲，現值{profit}。',
        '主题：关于您在{exchange}的损失\n{victim}：我们是国际区块链资产追回中心。经追查，您此前被骗的资产已在一个冻结钱包内找到，现值{profit}。',
        'Subject: Your loss at {exchange}\n{victim}: We are the International Blockchain Asset Recovery Centre. Your stolen assets have been traced to a frozen wallet, now worth {profit}.',
      ],
      [
        '解凍須由法庭認可的律師行辦理，費用{amount}，請存入{payee}，並在附言註明個案編號{ref}。為免打草驚蛇，請勿向銀行或他人透露。',
        '解冻须由法院认可的律师行办理，费用{amount}，请汇入{payee}，附言注明案件编号{ref}。为免打草惊蛇，请勿向银行或他人透露。',
        'Release must go through a court-approved law firm. The fee of {amount} is payable to {payee}, quoting case {ref}. So that the suspects are not alerted, do not mention this to your bank or anyone else.',
      ],
    ],
  },
  {
    id: 'CRYPTO_NEW_COIN',
    medium: 'SOCIAL_POST',
    sender: ['{nick} | Web3 財務自由', '{nick} | Web3 财务自由', '{nick} | Web3 Freedom'],
    steps: [
      [
        '新幣{hours}個鐘後上{exchange}，私募價淨係開放畀前一百個留言嘅人，上次嗰隻翻咗十倍，錯過唔好喊。',
        '新币{hours}小时后上线{exchange}，私募价只对前一百位留言的人开放，上次那只翻了十倍，错过别哭。',
        'New coin lists on {exchange} in {hours} hours. Presale price for the first hundred comments only. The last one went up ten times, don’t cry if you miss it.',
      ],
      [
        '多謝支持，你個白名單編號係{ref}。',
        '感谢支持，你的白名单编号是{ref}。',
        'Thanks for your support, your whitelist number is {ref}.',
      ],
      [
        '私募額度{money}，轉數快去{payee}，限今日。入完唔好問幾時發幣，上線自動入你錢包。',
        '私募额度{money}，转数快到{payee}，限今天。转完不用问什么时候发币，上线后自动进你的钱包。',
        'Your presale allocation is {money} by FPS to {payee}, today only. No need to ask when the coins come, they drop into your wallet at listing.',
      ],
    ],
  },
  {
    id: 'CRYPTO_STAFF_INSIDER',
    medium: 'WECHAT',
    sender: '{nick}',
    steps: [
      [
        '我表哥喺{exchange}做技術，知道每日邊個鐘數會插針，跟佢嘅時間落單，一次賺{percent}，我自己都靠佢供樓。',
        '我表哥在{exchange}做技术，知道每天几点会插针，按他的时间下单，一次赚{percent}，我自己就靠他还房贷。',
        "My cousin is an engineer at {exchange} and knows when the price spikes each day. Trade at his times and it's {percent} a go. It pays my own mortgage.",
      ],
      [
        '你睇，你嗰{small}變咗幾多？今晚有個大窗口，一年先一次。',
        '你看，你那{small}变成多少了？今晚有个大窗口，一年才一次。',
        'See what your {small} has become? Tonight there is a big window, only once a year.',
      ],
      [
        '湊{money}，入畀{payee}換U，{cutoff}前要入到。凍結咗就要畀保證金先解到，所以千祈唔好遲。',
        '凑{money}，转给{payee}换U，{cutoff}前要到账。迟了被冻结就要交保证金才能解，所以千万别晚。',
        'Get {money} together and pay {payee} for the USDT, it has to arrive before {cutoff}. If it is late it gets frozen and you need a security deposit to unlock it, so don’t be late.',
      ],
    ],
  },
];
