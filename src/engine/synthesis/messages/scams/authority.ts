import type { Scenario } from '../kinds.js';

/** Callers who pose as officials. The real services named never ask for money or passwords by telephone. */
export const FAKE_OFFICIAL: readonly Scenario[] = [
  {
    id: 'FAKE_OFFICIAL_IMMIGRATION',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '呢度係入境事務處，{victim}，你有份緊急文件未領取，涉及一宗內地案件。\n咩文件呀？我冇做過任何嘢。\n我幫你轉駁去內地公安{surname}警官，佢會同你核對資料。\n好，麻煩你。',
        '这里是香港入境事务处，{victim}，您有一份紧急文件未领取，涉及一宗内地案件。\n什么文件？我什么都没做过。\n我帮您转接内地公安{surname}警官，他会跟您核对资料。\n好的，麻烦了。',
        'This is the Immigration Department. {victim}, an urgent document is waiting for you concerning a case on the mainland.\nWhat document? I haven’t done anything.\nI will put you through to Officer {surname} of the mainland police, who will check your particulars.\nAll right, thank you.',
      ],
      [
        '你個身份證畀人用嚟開戶洗黑錢，案件編號{ref}，我而家畀張拘捕令你睇。\n唔關我事㗎，我要點樣證明呀？\n呢件係國家機密，同任何人講都算洩密，每日要同我報平安三次。\n明白，我唔會講。',
        '你的身份证被人用来开户洗钱，案件编号{ref}，我现在把逮捕令给你看。\n跟我没关系，我要怎么证明？\n此案属于国家机密，告诉任何人都算泄密，每天要向我报平安三次。\n明白，我不会说。',
        'Your identity was used to open accounts for money laundering, case {ref}. I am showing you the arrest warrant now.\nIt has nothing to do with me. How can I prove it?\nThis is a state secret. Telling anyone is a leak. You report to me three times a day.\nI understand, I won’t say anything.',
      ],
      [
        '要做資金清查，你將{money}轉去監管戶口{payee}，查完冇問題全數發還。\n我啲錢全部喺晒度㗎喇。\n唔配合就即刻執行拘捕，限你{hours}個鐘內完成。\n好，我而家轉。',
        '需要做资金清查，你把{money}转到监管账户{payee}，查完没问题全额退还。\n我所有的钱都在这里了。\n不配合就立即执行逮捕，限你{hours}小时内完成。\n好，我现在转。',
        'We must audit your funds. Transfer {money} to the supervised account {payee}; it is returned in full when you are cleared.\nThat is all the money I have.\nIf you do not cooperate the arrest goes ahead. You have {hours} hours.\nAll right, I am transferring it now.',
      ],
    ],
  },
  {
    id: 'FAKE_OFFICIAL_STUDENT_BOND',
    medium: 'WECHAT',
    sender: ['專案組{surname}警官', '专案组{surname}警官', 'Task Force Officer {surname}'],
    steps: [
      [
        '{victim}同學，你喺港涉嫌販賣證件，專案編號{ref}。本案保密，請搵個冇人嘅房間，開住視像接受問話。',
        '{victim}同学，你在港涉嫌贩卖证件，专案编号{ref}。本案保密，请找一个没有人的房间，开着视频接受问话。',
        'Student {victim}, you are suspected of selling identity papers in Hong Kong, case {ref}. The case is confidential. Find an empty room and keep the video on for questioning.',
      ],
      [
        '要證明你有經濟能力留港候審，向父母講要交學校保證金，將{money}入去{payee}，唔准透露案情，否則父母同罪。',
        '要证明你有经济能力留港候审，跟父母说要交学校保证金，把{money}转到{payee}，不许透露案情，否则父母同罪。',
        'You must prove you can support yourself in Hong Kong while awaiting trial. Tell your parents the school needs a deposit and send {money} to {payee}. Reveal nothing, or your parents share the offence.',
      ],
    ],
  },
  {
    id: 'FAKE_OFFICIAL_TAX_REFUND',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '【稅務局】{victim}，你上年度多繳稅款，可獲退稅{amount}。請於{deadline}前登入領取，逾期作棄權論：https://{token}.example/ird',
        '【税务局】{victim}，您上年度多缴税款，可获退税{amount}。请于{deadline}前登录领取，逾期视为放弃：https://{token}.example/ird',
        '[Inland Revenue] {victim}, you overpaid last year and are due a refund of {amount}. Log in before {deadline} to claim or it is forfeited: https://{token}.example/ird',
      ],
    ],
  },
  {
    id: 'FAKE_OFFICIAL_DISEASE_LETTER',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，呢度係衞生署，你個電話號碼登記咗一批假疫苗證明，派咗去{district}。\n冇呀，你係咪搞錯咗？\n你要證明唔係你做，我轉駁去警署備案，你等等。\n好。',
        '您好，这里是卫生署，您的电话号码登记了一批假疫苗证明，发到了{district}。\n没有啊，是不是搞错了？\n您要证明不是您做的，我转接警署备案，请稍等。\n好。',
        'Hello, Department of Health. Your number was used to register a batch of false vaccination papers sent to {district}.\nNo, there must be a mistake.\nTo show it was not you, I will transfer you to the police to make a report. Please hold.\nOK.',
      ],
      [
        '警署{surname}sir，你報身份證號碼同埋有幾多存款。\n點解要報存款呀？\n查清楚資金來源，你將{money}過數畀{payee}做擔保，{cutoff}前撤銷。\n咁……好啦。',
        '警署，我姓{surname}，请报身份证号码和存款数目。\n为什么要报存款？\n要查清资金来源，您把{money}转到{payee}作担保，{cutoff}前撤销。\n那……好吧。',
        'Police, Inspector {surname}. Give me your ID number and how much you have in the bank.\nWhy do you need that?\nTo check where the money comes from. Put up {money} with {payee} as security; it is lifted by {cutoff}.\nWell… all right.',
      ],
    ],
  },
  {
    id: 'FAKE_OFFICIAL_CUSTOMS_SUSPECT',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '海關情報科：用你名義寄出嘅郵包{ref}驗出違禁品，即日起限制你出境，有效期至{deadline}。請即回覆本訊息，不得對外洩露。',
        '海关情报科：以您名义寄出的邮包{ref}查出违禁品，即日起限制您出境，至{deadline}。请立即回复本信息，不得对外泄露。',
        'Customs Intelligence: parcel {ref} sent in your name contained prohibited goods. You may not leave the territory until {deadline}. Reply to this message at once and disclose it to nobody.',
      ],
      [
        '你話畀人冒用，就要自證清白。最快嘅辦法係做優先調查，交保證金{money}，收款主任{payee}，查完原銀奉還。',
        '你说被人冒用，就要自证清白。最快的办法是做优先调查，交保证金{money}，收款主任{payee}，查完原数退还。',
        'If your name was misused you must clear it. The quickest way is a priority inquiry: lodge {money} with the receiving officer {payee}, refunded in full afterwards.',
      ],
    ],
  },
];

/** Callers who cancel what was never ordered. */
export const FAKE_CUSTOMER_SERVICE: readonly Scenario[] = [
  {
    id: 'FAKE_CUSTOMER_SERVICE_INSURANCE',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，{wallet}客服，你個「百萬保障」試用期今日到期，之後每個月自動扣{small}。\n我冇買過喎，幫我取消佢。\n可以取消，不過要喺{cutoff}前辦理。\n好，點樣取消？',
        '您好，{wallet}客服，您的“百万保障”试用期今天到期，之后每月自动扣{small}。\n我没买过啊，帮我取消。\n可以取消，不过要在{cutoff}前办理。\n好，怎么取消？',
        'Hello, {wallet} customer service. Your Million Cover trial ends today and {small} a month will be charged from now on.\nI never bought that. Cancel it, please.\nWe can, but it has to be done by {cutoff}.\nFine, how?',
      ],
      [
        '要先證實你戶口有能力取消合約，我哋要驗證資金流向。\n即係點？\n你轉{money}去清算戶口{payee}，系統兩分鐘內退返畀你，保單就即刻取消。\n咁我轉喇。',
        '需要先核实您的账户资质，验证资金流向。\n什么意思？\n您转{money}到清算账户{payee}，系统两分钟内退给您，保单立即取消。\n那我转了。',
        'First we have to verify your account by checking the flow of funds.\nMeaning what?\nTransfer {money} to the clearing account {payee}. The system sends it back in two minutes and the policy is cancelled.\nAll right, I am transferring it.',
      ],
    ],
  },
  {
    id: 'FAKE_CUSTOMER_SERVICE_REFUND',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，{shop}售後部，你訂單{ref}件{item}驗出有安全問題，我哋雙倍賠償。\n咁好？點樣攞？\n要先開通理賠通道，你而家開住銀行app。\n開咗喇。',
        '您好，{shop}售后部，您订单{ref}的{item}查出有安全问题，我们双倍赔偿。\n这么好？怎么领？\n需要先开通理赔通道，您现在打开银行App。\n打开了。',
        'Hello, {shop} after-sales. The {item} in your order {ref} has a safety fault and we pay double compensation.\nThat is nice. How do I get it?\nWe open a claims channel first. Please open your banking app.\nIt is open.',
      ],
      [
        '你頭先輸入錯咗，我哋多退咗{money}畀你，公司要追返㗎。\n吓？我而家要點做？\n你過返{money}去{payee}，唔係我哋會凍結你戶口同埋報警。\n得喇得喇，我過返畀你哋。',
        '您刚才输错了，我们多退了{money}给您，公司要追回的。\n啊？那我现在怎么办？\n您把{money}转回{payee}，否则我们会冻结您的账户并报警。\n行行，我转回去。',
        'You typed it wrongly and we refunded {money} too much. The company will pursue it.\nOh? What should I do?\nReturn {money} to {payee}, otherwise we freeze your account and call the police.\nFine, fine, I am sending it back.',
      ],
    ],
  },
  {
    id: 'FAKE_CUSTOMER_SERVICE_MEMBERSHIP',
    medium: 'SMS',
    sender: '{phone}',
    steps: [
      [
        '{market}：你的白金會員將於{deadline}自動續期，年費{amount}會從綁定戶口扣除。如非本人開通，請即致電 {phone} 取消。',
        '{market}：您的白金会员将于{deadline}自动续费，年费{amount}会从绑定账户扣除。如非本人开通，请立即致电 {phone} 取消。',
        '{market}: your Platinum membership renews on {deadline} and {amount} will be charged to your linked account. If you did not join, call {phone} now to cancel.',
      ],
    ],
  },
  {
    id: 'FAKE_CUSTOMER_SERVICE_COURIER_LOST',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '{courier}客服：你件包裹{ref}運送途中遺失，可獲三倍賠償{gain}，請添加理賠專員辦理。',
        '{courier}客服：您的包裹{ref}在运输途中遗失，可获三倍赔偿{gain}，请添加理赔专员办理。',
        '{courier} support: parcel {ref} was lost in transit and you are entitled to triple compensation of {gain}. Please add our claims officer.',
      ],
      [
        '你個{wallet}信用分唔夠，理賠出唔到。',
        '您的{wallet}信用分不足，理赔款出不来。',
        'Your {wallet} credit score is too low for the claim to be paid.',
      ],
      [
        '過{money}去{payee}做流水激活，激活成功即刻連賠償一齊退返。請喺{hours}個鐘內處理，唔係會影響你信貸紀錄。',
        '转{money}到{payee}做流水激活，激活成功马上连赔偿一起退回。请在{hours}小时内处理，否则影响您的征信。',
        'Transfer {money} to {payee} to activate it; both come back at once. Please do it within {hours} hours or your credit record will suffer.',
      ],
    ],
  },
  {
    id: 'FAKE_CUSTOMER_SERVICE_TELCO_PLAN',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，{telco}，你個電話號碼登記咗商業直播推廣，今晚開始每個月收{small}。\n我冇登記過喎。\n應該係同事錄錯資料，我轉銀行部同你取消，唔好收線。\n好，唔該。',
        '您好，{telco}，您的号码登记了商业直播推广，今晚开始每月收{small}。\n我没登记过啊。\n应该是同事录错了，我转银行部给您取消，请不要挂机。\n好，谢谢。',
        'Hello, {telco}. Your number is registered for commercial livestreaming at {small} a month from tonight.\nI never registered.\nA colleague must have keyed it in wrongly. I will transfer you to the bank desk to cancel, do not hang up.\nOK, thank you.',
      ],
      [
        '銀行部，請你報戶口結餘，我哋要暫時隔離資金防止自動扣款。\n點樣隔離？\n將{money}轉入安全戶口{payee}，驗證碼{code}，取消咗就退返。\n好，轉緊。',
        '银行部，请报账户余额，我们要暂时隔离资金，防止自动扣款。\n怎么隔离？\n把{money}转入安全账户{payee}，验证码{code}，取消后退回。\n好，正在转。',
        'Bank desk. Tell me your balance, we have to ring-fence your money so that nothing is deducted.\nHow?\nMove {money} to the safe account {payee}, verification code {code}. It is returned after the cancellation.\nOK, doing it now.',
      ],
    ],
  },
];

/** Help that asks for the screen, and then for everything behind it. The amount is what is drained. */
export const SCREEN_SHARE: readonly Scenario[] = [
  {
    id: 'SCREEN_SHARE_CANCEL_CHARGE',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，{wallet}安全中心，你戶口有筆{money}嘅自動轉賬排緊隊。\n唔係我㗎，點樣停？\n你裝個{viewer}，我睇住你個畫面教你關。\n裝好喇。',
        '您好，{wallet}安全中心，您的账户有一笔{money}的自动转账正在排队。\n不是我操作的，怎么停？\n您装一个{viewer}，我看着您的屏幕教您关。\n装好了。',
        'Hello, {wallet} security centre. An automatic transfer of {money} is queued on your account.\nThat was not me. How do I stop it?\nInstall {viewer} and I will watch your screen and show you how.\nIt is installed.',
      ],
      [
        '撳「共享屏幕」，跟住登入銀行，收到短訊驗證碼唔使理，留低個畫面就得。\n佢話要過畀{payee}喎？\n嗰個係攔截編號，你撳確認先攔到。\n好，撳咗。',
        '点“共享屏幕”，然后登录银行，收到短信验证码不用管，停在那个画面就行。\n上面显示要转给{payee}？\n那是拦截编号，您点确认才能拦住。\n好，点了。',
        'Tap Share screen, then log in to the bank. Ignore the SMS code, just leave it on the screen.\nIt says it is paying {payee}?\nThat is the interception label, you must confirm for it to be blocked.\nOK, confirmed.',
      ],
    ],
  },
  {
    id: 'SCREEN_SHARE_BANK_FRAUD_DESK',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '{bank}防詐騙組，頭先有人喺{district}用你張卡尾號{last4}，係咪你？\n唔係呀！\n我哋要即刻保護你戶口，請你下載{viewer}，將九位數編號讀畀我聽。\n等等……得喇。',
        '{bank}反诈骗组，刚才有人在{district}用您尾号{last4}的卡，是您吗？\n不是！\n我们要马上保护您的账户，请下载{viewer}，把九位数编号读给我。\n等一下……好了。',
        '{bank} anti-fraud team. Someone just used your card ending {last4} in {district}. Was it you?\nNo!\nWe must protect your account now. Please download {viewer} and read me the nine-digit number.\nWait… done.',
      ],
      [
        '你將部電話反轉放喺枱面，唔好掂佢，十五分鐘之後先好用。\n做咩要咁呀？\n系統升級緊，會見到{money}轉去{payee}，係搬去安全戶口，屬於正常。\n哦，明白。',
        '您把手机翻过来放在桌上，不要碰，十五分钟后再用。\n为什么要这样？\n系统在升级，会看到{money}转到{payee}，那是转去安全账户，属于正常。\n哦，明白了。',
        'Put your phone face down on the table and do not touch it for fifteen minutes.\nWhy is that?\nThe system is upgrading. You will see {money} go to {payee}, that is your safe account, quite normal.\nOh, I see.',
      ],
    ],
  },
  {
    id: 'SCREEN_SHARE_APP_INSTALL',
    medium: 'WHATSAPP',
    sender: '{phone}',
    steps: [
      [
        '多謝訂購家居清潔！首次服務優惠價{small}，請下載我哋個app落單：{link} （唔喺商店，要允許未知來源）。',
        '感谢预订家居清洁！首次服务优惠价{small}，请下载我们的App下单：{link} （不在应用商店，要允许未知来源）。',
        'Thanks for booking home cleaning! First visit only {small}. Please download our app to order: {link} (not in the store, allow unknown sources).',
      ],
      [
        '裝完要開埋「無障礙」權限先用到，跟住揀網上銀行畀{small}訂金。如果彈出{payee}、{money}嘅字眼，係系統測試，唔使理。',
        '安装后要打开“无障碍”权限才能用，然后选网银付{small}定金。如果弹出{payee}、{money}的字样，是系统测试，不用理会。',
        'After installing, turn on the Accessibility permission, then choose online banking for the {small} deposit. If you see {payee} and {money} pop up, it is a system test, ignore it.',
      ],
    ],
  },
  {
    id: 'SCREEN_SHARE_VIRUS_WARNING',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，你部電腦彈出嚟嘅紅色警告係我哋發出，你中咗勒索病毒。\n係呀，成個畫面鎖住咗。\n打開{viewer}，我係工程師{nick}，遙距幫你清。\n開咗，你見到未？',
        '您好，您电脑弹出的红色警告是我们发的，您中了勒索病毒。\n是啊，整个屏幕都锁住了。\n打开{viewer}，我是工程师{nick}，远程帮您清理。\n打开了，您看到了吗？',
        'Hello, the red warning on your computer comes from us. You have ransomware.\nYes, the whole screen is locked.\nOpen {viewer}. I am {nick}, an engineer, and I will clean it remotely.\nIt is open. Can you see it?',
      ],
      [
        '病毒偷緊你銀行資料，登入{bank}睇吓有冇少錢。\n暫時冇少。\n我幫你設定轉賬鎖，畫面會顯示{payee}同{money}，你輸入驗證碼就鎖到。\n好，我入咗。',
        '病毒正在偷您的银行资料，登录{bank}看看有没有少钱。\n暂时没少。\n我帮您设置转账锁，屏幕会显示{payee}和{money}，您输入验证码就锁上了。\n好，我输了。',
        'It is stealing your bank details. Log in to {bank} and see if any money is missing.\nNothing so far.\nI will set a transfer lock. You will see {payee} and {money}; enter the code and it is locked.\nOK, I entered it.',
      ],
    ],
  },
  {
    id: 'SCREEN_SHARE_LOAN_MEETING',
    medium: 'WECHAT',
    sender: ['貸款專員{nick}', '贷款专员{nick}', 'Loan Officer {nick}'],
    steps: [
      [
        '{victim}你好，{bank}低息貸款批咗，額度{profit}，最後一步視像面簽，請入會議室：{link}',
        '{victim}您好，{bank}低息贷款已批，额度{profit}，最后一步视频面签，请进会议室：{link}',
        'Hello {victim}, your {bank} low-rate loan of {profit} is approved. The last step is a video signing, please join the meeting: {link}',
      ],
      [
        '撳會議入面嘅「共享螢幕」，打開銀行app畀我核對流水。放心，我哋睇唔到密碼。',
        '点会议里的“共享屏幕”，打开银行App让我核对流水。放心，我们看不到密码。',
        'Tap Share screen in the meeting and open your banking app so that I can check your statements. Don’t worry, we cannot see the password.',
      ],
      [
        '審批要你做一筆{money}還款能力驗證，收款{payee}，收到驗證碼讀出嚟就得，完咗即刻放款。',
        '审批需要您做一笔{money}的还款能力验证，收款人{payee}，收到验证码读出来就行，完成马上放款。',
        'Approval requires a {money} repayment check to {payee}. Read out the code you receive, and the loan is released at once.',
      ],
    ],
  },
];
