import type { Scenario } from '../kinds.js';

/** A loving stranger who always needs money. */
export const ROMANCE: readonly Scenario[] = [
  {
    id: 'ROMANCE_CUSTOMS_PARCEL',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '親愛的，我寄咗份生日禮物畀你，有手袋、手錶，仲有少少外幣，單號{ref}，你記住收。',
        '亲爱的，我给你寄了生日礼物，有包、手表，还有一点外币，单号{ref}，记得收。',
        "My dear, I've sent you a birthday present: a handbag, a watch and some foreign cash. The tracking number is {ref}, please look out for it.",
      ],
      [
        '速遞公司話海關扣住咗個箱，話入面有現金要報稅。我喺海上做嘢過唔到數，你幫我搞掂先得唔得？我返香港第一時間還返畀你。',
        '快递公司说海关把箱子扣住了，因为里面有现金要报税。我在海上工作没法转账，你先帮我处理好吗？我一回香港马上还你。',
        "The courier says customs are holding the box because of the cash inside. I'm offshore and can't make transfers. Could you settle it for me first? I'll pay you back the moment I land in Hong Kong.",
      ],
      [
        '清關費{money}，過去代理{payee}。寶貝你再唔過，佢哋就會充公同告我㗎，我好驚呀。',
        '清关费{money}，转给代理{payee}。宝贝，再不付他们就要没收还要告我，我很害怕。',
        "The clearance fee is {money}, payable to the agent {payee}. Darling, if it isn't paid they will confiscate it and charge me. I'm scared.",
      ],
    ],
  },
  {
    id: 'ROMANCE_HOSPITAL',
    medium: 'WECHAT',
    sender: '{nick}',
    steps: [
      [
        '識咗你兩個月，每日收工最想就係同你傾偈。下個月我一定嚟搵你，一齊去{district}食飯。',
        '认识你两个月，每天下班最想做的就是跟你聊天。下个月我一定去找你，一起去{district}吃饭。',
        "Two months of knowing you, and talking to you after work is the best part of my day. I'll come and see you next month and we'll have dinner in {district}.",
      ],
      [
        '我媽今朝入咗醫院，醫生話今日就要做手術，我啲錢全部綁咗喺定期度攞唔到。',
        '我妈今天早上住院了，医生说今天就要手术，我的钱都在定期里取不出来。',
        'My mother was taken to hospital this morning and needs surgery today. All my money is locked in a time deposit.',
      ],
      [
        '爭{money}，可唔可以借住先？過數畀{payee}，係我家姐戶口。我呢世都唔會忘記你幫過我。',
        '还差{money}，能先借我吗？转到{payee}，是我姐姐的账户。这辈子我都不会忘记你帮过我。',
        "I'm {money} short. Could you lend it to me? Send it to {payee}, it's my sister's account. I will never forget it as long as I live.",
      ],
    ],
  },
  {
    id: 'ROMANCE_INVEST_TOGETHER',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        '今日又喺公司食飯盒，影相畀你睇。你呢？有冇掛住我？',
        '今天又在公司吃盒饭，拍给你看。你呢？有没有想我？',
        "Another lunch box at the office today, here's a photo. How about you, did you miss me?",
      ],
      [
        '我舅父喺{trading}做，教我睇數據落單，我今晚又賺咗{small}。我想我哋儲埋首期，第日一齊住。',
        '我舅舅在{trading}工作，教我看数据下单，今晚又赚了{small}。我想我们一起攒首付，以后住在一起。',
        'My uncle works at {trading} and showed me when to trade. I made {small} again tonight. I want us to save up a down payment and live together one day.',
      ],
      [
        '你都開個戶啦，第一筆{money}入去{payee}，我陪住你操作，唔會蝕㗎。你唔信我，我哋仲點行落去？',
        '你也开个户吧，第一笔{money}转到{payee}，我陪着你操作，不会亏的。你连我都不信，我们以后怎么走下去？',
        "Open an account too. Pay the first {money} to {payee} and I'll walk you through it, you won't lose. If you don't trust me, what future do we have?",
      ],
    ],
  },
  {
    id: 'ROMANCE_TRAVEL_STUCK',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '我買咗{tomorrow}嘅機票飛嚟香港，終於見到你喇，好緊張呀。',
        '我买了{tomorrow}飞香港的机票，终于能见到你了，好紧张。',
        "I've booked my flight to Hong Kong for {tomorrow}. I'm finally going to meet you, I'm so nervous.",
      ],
      [
        '我喺機場被人扣住咗，話我帶嘅機器零件要交保證金，唔交就唔放人。我淨係信得過你。過{money}去{payee}，係處理緊嘅律師，一落機就還畀你。',
        '我在机场被扣住了，说我带的机器零件要交保证金，不交就不放人。我只信得过你。转{money}到{payee}，是正在处理的律师，一下飞机就还你。',
        "I've been stopped at the airport. They want a bond for the machine parts I'm carrying and won't let me go without it. You're the only one I trust. Send {money} to {payee}, the lawyer handling it, and I'll repay you the moment I land.",
      ],
    ],
  },
  {
    id: 'ROMANCE_PHOTO_THREAT',
    medium: 'APP_CHAT',
    sender: '{nick}',
    steps: [
      [
        '傾咗幾日覺得你好有feel，不如開cam見吓樣？裝呢個app傾清啲：{link}',
        '聊了几天觉得你很有感觉，不如视频见见？装这个App聊得清楚一点：{link}',
        "We've been chatting for days and I really like you. Shall we turn our cameras on? Install this app, the picture is better: {link}",
      ],
      [
        '你頭先條片同成個通訊錄都喺我度。唔想你屋企人同公司收到，就乖乖哋傾數。',
        '你刚才的视频和整个通讯录都在我手里。不想家人和公司收到，就乖乖谈钱。',
        "I have the video of you and your whole contact list. If you don't want your family and company to get it, let's talk money.",
      ],
      [
        '{money}，一個鐘內入去{payee}，入咗我即刻刪。報警嘅話就即刻群發。',
        '{money}，一小时内转到{payee}，到账我马上删。报警的话立刻群发。',
        '{money} to {payee} within the hour and I delete it. Go to the police and it goes out to everyone.',
      ],
    ],
  },
];

/** Guess who is calling: a voice that lets the victim name it, and then is in trouble. */
export const GUESS_WHO: readonly Scenario[] = [
  {
    id: 'GUESS_WHO_BAIL',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '喂，{nick}呀，認唔認得我把聲呀？\n係咪阿{surname}呀？\n係呀，我轉咗電話，舊嗰個唔用喇，你save低呢個先。\n好呀，咩事呀？',
        '喂，{nick}啊，听得出我是谁吗？\n是老{surname}吗？\n对啊，我换号码了，旧的不用了，你先把这个存一下。\n好，有什么事？',
        "Hi {nick}, do you recognise my voice?\nIs that {surname}?\nYes! I've changed my number, don't use the old one. Save this one first.\nOK, what's up?",
      ],
      [
        '我喺上面同人嗌交，打傷咗人，而家喺派出所。你千祈唔好同屋企人講。\n吓，咁點算呀？\n對方肯和解，賠{money}就放人，你過數畀{payee}先，我出返嚟即刻還你。\n好，你等我，我而家過。',
        '我在外地跟人打架，把人打伤了，现在在派出所。你千万别告诉家里人。\n啊，那怎么办？\n对方愿意和解，赔{money}就放人，你先转到{payee}，我出来马上还你。\n好，你等着，我现在转。',
        "I got into a fight across the border and someone's hurt. I'm at the police station. Please don't tell the family.\nOh no, what do we do?\nThey'll settle for {money}. Send it to {payee} and I'll pay you back as soon as I'm out.\nAll right, wait, I'll do it now.",
      ],
    ],
  },
  {
    id: 'GUESS_WHO_NEW_NUMBER',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '阿媽，我部電話跌咗落水，呢個係我新number，你save咗佢。',
        '妈，我手机掉水里了，这是我的新号码，你存一下。',
        'Mum, my phone fell in the water, this is my new number, please save it.',
      ],
      [
        '我而家用緊朋友部舊機，銀行app要等{hours}個鐘先驗證到，但係今日要畀補習社學費。',
        '我现在用朋友的旧手机，银行App要等{hours}小时才能验证，但是今天要交补习班学费。',
        "I'm using a friend's old phone and the bank app won't verify for {hours} hours, but I have to pay the tutorial centre today.",
      ],
      [
        '你幫我過{money}去{payee}先得唔得？佢等緊收。上緊堂聽唔到電話，打字啦。',
        '你先帮我转{money}到{payee}行不行？人家等着收。我在上课接不了电话，打字吧。',
        "Can you send {money} to {payee} for me first? They're waiting. I'm in class and can't pick up, just text.",
      ],
    ],
  },
  {
    id: 'GUESS_WHO_SON_ARRESTED',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '媽咪，係我呀……我出咗事呀……\n仔仔？做咩喊呀？你喺邊呀？\n我畀人捉咗，我叫律師同你講。\n喂？你係邊個？',
        '妈，是我……我出事了……\n儿子？怎么哭了？你在哪？\n我被抓了，我让律师跟你说。\n喂？你是谁？',
        "Mum, it's me… I'm in trouble…\nSon? Why are you crying? Where are you?\nI've been arrested. I'll put the lawyer on.\nHello? Who is this?",
      ],
      [
        '我姓{surname}，係你個仔嘅代表律師，佢揸車撞親人，今日唔交保釋金就要還押。\n要幾多呀？\n{money}，入去{payee}，呢件案有保密令，唔好同銀行職員講。\n好好好，我即刻去銀行。',
        '我姓{surname}，是您儿子的代表律师，他开车撞伤了人，今天不交保释金就要还押。\n要多少？\n{money}，转到{payee}，这个案子有保密令，不要跟银行职员说。\n好好好，我马上去银行。',
        "My name is {surname}, I represent your son. He injured someone driving and will be remanded unless bail is paid today.\nHow much is it?\n{money}, to {payee}. There is a gag order on the case, so say nothing to the bank staff.\nYes, yes, I'm going to the bank right now.",
      ],
    ],
  },
  {
    id: 'GUESS_WHO_BOSS_GIFT',
    medium: 'WECHAT',
    sender: ['{surname}總', '{surname}总', '{surname} (Management)'],
    steps: [
      [
        '{victim}，我係{surname}總，呢個係我私人號，加返。聽日有空上嚟我房傾少少嘢。',
        '{victim}，我是{surname}总，这是我私人号，加一下。明天有空来我办公室聊点事。',
        "{victim}, this is {surname} from senior management. This is my private account, please add me. Come by my office tomorrow, I'd like a word.",
      ],
      [
        '頭先有位領導喺度，我唔方便用自己戶口過數。你先墊{money}過數畀{payee}，我轉返畀你，回單已經發咗，跨行要等陣。',
        '刚才有位领导在，我不方便用自己的账户转账。你先垫{money}转给{payee}，我转回给你，回单已经发了，跨行要等一下。',
        'An official is with me and I can’t use my own account just now. Please advance {money} to {payee}; I have already transferred it back to you, see the slip, inter-bank takes a while.',
      ],
    ],
  },
  {
    id: 'GUESS_WHO_OLD_CLASSMATE',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '老同學，估吓我係邊個？\n唔通係{nick}？好耐冇見喎。\n咪就係我囉，我而家喺{district}開咗間舖，得閒過嚟坐。\n好呀，恭喜晒。',
        '老同学，猜猜我是谁？\n难道是{nick}？好久不见啊。\n就是我，我现在在{district}开了家店，有空过来坐。\n好啊，恭喜恭喜。',
        "Old classmate, guess who?\nNot {nick}? It's been ages.\nThat's me! I've opened a shop in {district}, drop in some time.\nSure, congratulations.",
      ],
      [
        '唔好意思，有件事要你幫手，供應商追緊我數，我個網銀今日鎖咗。\n要幾多呀？\n{money}咋，過畀{payee}，我{tomorrow}一早還畀你，連埋利息請你食飯。\n好啦，畀個戶口我。',
        '不好意思，有件事要你帮忙，供应商在催款，我的网银今天锁了。\n要多少？\n就{money}，转给{payee}，我{tomorrow}一早还你，再请你吃饭。\n行吧，把账号给我。',
        "Sorry, I need a favour. A supplier is chasing me and my online banking locked today.\nHow much?\nOnly {money}, to {payee}. I'll pay you back first thing on {tomorrow}, and dinner's on me.\nOK, give me the account.",
      ],
    ],
  },
];

/** Offers for the use of a bank account. The amount is what will pass through it. */
export const MULE_RECRUITMENT: readonly Scenario[] = [
  {
    id: 'MULE_RECRUITMENT_RENT_ACCOUNT',
    medium: 'SOCIAL_POST',
    sender: ['{nick} 搵快錢', '{nick} 赚快钱', '{nick} Fast Cash'],
    steps: [
      [
        '收個人戶口，虛擬銀行都得，每個戶口{small}一日，唔使出本，學生、待業都做到，即日出糧。',
        '收个人账户，虚拟银行也行，每个账户一天{small}，不用本钱，学生、待业都能做，当天结算。',
        'Renting personal accounts, virtual banks too. {small} per account per day, no capital needed, students and job seekers welcome, paid daily.',
      ],
      [
        '你將網上理財同提款卡交畀我就得，合法㗎，公司避稅啫。第一筆{money}今日就入嚟，我哋會轉去{payee}，你唔好郁佢。',
        '你把网银和提款卡交给我就行，合法的，公司避税而已。第一笔{money}今天就进来，我们会转到{payee}，你别动它。',
        "Just hand me the online banking login and ATM card. It's legal, only tax planning for a company. The first {money} comes in today and we move it on to {payee}. Don't touch it.",
      ],
    ],
  },
  {
    id: 'MULE_RECRUITMENT_REMOTE_FINANCE',
    medium: 'EMAIL',
    sender: 'hr@{token}.example',
    steps: [
      [
        '主旨：財務助理（在家工作）\n{victim}：閣下的申請已獲接納。職責為代客戶收款並按指示轉賬，佣金為每筆{percent}，無須經驗。',
        '主题：财务助理（居家办公）\n{victim}：您的申请已通过。职责是代客户收款并按指示转账，佣金为每笔{percent}，无需经验。',
        'Subject: Finance Assistant (work from home)\nDear {victim}, your application has been accepted. You receive customers’ payments and forward them as instructed, {percent} commission on each, no experience needed.',
      ],
      [
        '主旨：首項工作\n{victim}：客戶將於{date}存入{amount}至閣下戶口。請扣除佣金後，即日以轉數快轉賬至{payee}。銀行如有查詢，請回覆為朋友還款。',
        '主题：首项工作\n{victim}：客户将于{date}向您的账户存入{amount}。请扣除佣金后，当天用转数快转至{payee}。银行如有查询，请回复是朋友还款。',
        'Subject: Your first assignment\nDear {victim}, a customer will deposit {amount} into your account on {date}. Please keep your commission and send the rest to {payee} by FPS the same day. If the bank asks, say a friend is repaying you.',
      ],
    ],
  },
  {
    id: 'MULE_RECRUITMENT_LOAN_CREDIT',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '{victim}，你喺我哋度申請嘅貸款差少少先批到，你個戶口流水唔夠靚。\n咁點算呀？我好等錢使。\n我哋幫你做靚佢，有人入數去你戶口，你過返出嚟就得。\n即係點樣做？',
        '{victim}，您在我们这里申请的贷款差一点点就能批，您的账户流水不够好看。\n那怎么办？我急用钱。\n我们帮您把流水做好看，有人转进来，您再转出去就行。\n具体怎么做？',
        "{victim}, your loan is almost approved, but the activity in your account doesn't look good enough.\nWhat can I do? I really need the money.\nWe'll improve it for you. Someone pays in, and you pay it on.\nHow does that work?",
      ],
      [
        '{date}會有{money}入嚟，你{cutoff}前原封不動過數畀{payee}，做兩三轉就批到。\n好，唔會有事㗎可？\n放心啦，個個客都係咁做㗎。\n好啦，麻煩你。',
        '{date}会有{money}进来，您{cutoff}前原封不动转到{payee}，做两三次就批了。\n好，不会有事吧？\n放心，每个客户都这么做。\n好的，麻烦您了。',
        "On {date} {money} comes in. Pass all of it to {payee} before {cutoff}. Two or three rounds and you're approved.\nOK. There won't be any trouble?\nDon't worry, every customer does it.\nAll right, thank you.",
      ],
    ],
  },
  {
    id: 'MULE_RECRUITMENT_FRIEND_FAVOUR',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        'Bro，幫個手，我個戶口爆咗限額，有筆{money}想借你個戶口過一過，{small}當請飲嘢。',
        '兄弟帮个忙，我的账户超限额了，有笔{money}想借你的账户过一下，{small}当请你喝东西。',
        'Bro, do me a favour. My account hit its limit and I have {money} to run through yours. {small} for drinks.',
      ],
      [
        '到咗未？到咗就即刻過數畀{payee}，唔好擺過夜。有人問就話買遊戲帳號。',
        '到了没？到了马上转到{payee}，别过夜。有人问就说买游戏账号。',
        "Has it arrived? Send it straight on to {payee}, don't leave it overnight. If anyone asks, say you bought a game account.",
      ],
    ],
  },
  {
    id: 'MULE_RECRUITMENT_STUDENT_EXCHANGE',
    medium: 'WECHAT',
    sender: ['留學換匯{nick}', '留学换汇{nick}', '{nick} Student FX'],
    steps: [
      [
        '在港同學，人民幣換港紙唔使去找換店，匯率靚過銀行，一對一對敲。',
        '在港同学看过来，人民币换港币不用跑找换店，汇率比银行好，一对一对敲。',
        'Students in Hong Kong: swap renminbi for Hong Kong dollars without the money changer, better rate than the bank, matched one to one.',
      ],
      [
        '你閒置嘅本地卡可以放租，一個月{small}起，畢業返去前交畀我就得。',
        '你闲置的本地卡可以出租，一个月{small}起，毕业回去之前交给我就行。',
        'You can also rent out the local card you no longer use, from {small} a month. Hand it to me before you go home after graduation.',
      ],
      [
        '今日有{money}入你張卡，你幫手撳ATM攞出嚟或者轉去{payee}，留低{percent}當人工。',
        '今天有{money}打到你卡上，你帮忙去ATM取出来或者转到{payee}，留{percent}当辛苦费。',
        '{money} lands on your card today. Take it out at an ATM or send it to {payee}, and keep {percent} for your trouble.',
      ],
    ],
  },
];
