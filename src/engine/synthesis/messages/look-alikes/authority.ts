import type { Scenario } from '../kinds.js';

/** Notices of real services, calls that can be checked, and help that wants no password. */
export const FAKE_OFFICIAL: readonly Scenario[] = [
  {
    id: 'HONEST_TAX_DEMAND_NOTICE',
    medium: 'SMS',
    sender: '#IRD',
    steps: [
      [
        '稅務局：你有一份新的電子通知書，稅款{amount}須於{deadline}或之前繳付。請自行登入政府網站的帳戶查閱，本短訊不含連結。',
        '税务局：您有一份新的电子通知书，税款{amount}须于{deadline}或之前缴付。请自行登录政府网站的账户查阅，本短信不含链接。',
        'Inland Revenue Department: you have a new e-notice. Tax of {amount} is due by {deadline}. Please log in to your account on the government website yourself; this message contains no link.',
      ],
    ],
  },
  {
    id: 'HONEST_WATER_BILL',
    medium: 'EMAIL',
    sender: 'ebill@water.example',
    steps: [
      [
        '主旨：水費電子帳單 {ref}\n{victim}：閣下{estate}的水費為{amount}，繳費限期為{deadline}，繳費戶名{payee}。逾期繳付可能須付附加費。可用轉數快、自動轉賬或於便利店繳付。',
        '主题：水费电子账单 {ref}\n{victim}：您{estate}的水费为{amount}，缴费限期为{deadline}，缴费户名{payee}。逾期可能须付附加费。可用转数快、自动转账或在便利店缴付。',
        'Subject: Water bill {ref}\nDear {victim}, the water charge for {estate} is {amount}, due by {deadline}, payee {payee}. A surcharge may apply after that date. Pay by FPS, autopay or at a convenience store.',
      ],
    ],
  },
  {
    id: 'HONEST_ID_CARD_APPOINTMENT',
    medium: 'SMS',
    sender: '#IMMD',
    steps: [
      [
        '入境事務處：你已預約於{tomorrow} {appointment}到{district}人事登記處補領身份證，費用{amount}於現場繳付，請帶備證件。編號{ref}',
        '入境事务处：您已预约于{tomorrow} {appointment}到{district}人事登记处补领身份证，费用{amount}在现场缴付，请带好证件。编号{ref}',
        'Immigration Department: your appointment to replace an identity card is at {appointment} on {tomorrow} at the {district} office. The fee of {amount} is paid there. Bring your documents. Ref {ref}',
      ],
    ],
  },
  {
    id: 'HONEST_POLICE_LOST_PROPERTY',
    medium: 'PHONE_CALL',
    sender: '{phone}',
    steps: [
      [
        '你好，{district}警署報案室，{victim}，有人拾到你個銀包。\n真係？入面啲嘢仲喺唔喺度？\n有{money}現金同埋身份證，你得閒帶證明文件親身嚟攞，報編號{ref}，唔使畀錢。\n好呀，我點知你係真㗎？\n你可以自己打去報案室總機查，搵{surname}sir。\n好，我打去核實下，唔該晒。',
        '您好，{district}警署报案室，{victim}，有人捡到了您的钱包。\n真的？里面的东西还在吗？\n有{money}现金和身份证，您有空带证件亲自来领，报编号{ref}，不用付钱。\n好的，我怎么知道您是真的？\n您可以自己打报案室总机核实，找{surname}警官。\n好，我打过去核实一下，谢谢。',
        'Hello, {district} police station report room. {victim}, someone has handed in your wallet.\nReally? Is everything still in it?\nThere is {money} in cash and your ID card. Come in person with proof of identity and quote {ref}, there is nothing to pay.\nHow do I know you are genuine?\nCall the report room’s main number yourself and ask for Officer {surname}.\nI will call to check. Thank you very much.',
      ],
    ],
  },
];

export const FAKE_CUSTOMER_SERVICE: readonly Scenario[] = [
  {
    id: 'HONEST_BANK_CARD_ALERT',
    medium: 'SMS',
    sender: '#{bankId}',
    steps: [
      [
        '{bank}：你尾號{last4}的信用卡於{date} {time}在{payee}簽賬{amount}。如非本人交易，請致電卡背的電話。',
        '{bank}：您尾号{last4}的信用卡于{date} {time}在{payee}消费{amount}。如非本人交易，请致电卡背面的电话。',
        '{bank}: your card ending {last4} was used at {payee} for {amount} on {date} at {time}. If this was not you, call the number on the back of your card.',
      ],
    ],
  },
  {
    id: 'HONEST_SHOP_REFUND',
    medium: 'APP_CHAT',
    sender: '{shop}',
    steps: [
      [
        '{victim}你好，唔好意思，{item}缺貨，訂單{ref}嘅{money}會退返去你原本張卡，七個工作天內到。',
        '{victim}您好，抱歉，{item}缺货，订单{ref}的{money}会退回您原来的卡，七个工作日内到账。',
        'Hi {victim}, sorry, the {item} is out of stock. The {money} for order {ref} will go back to the card you used, within seven working days.',
      ],
      [
        '你唔使做任何嘢，亦唔使提供戶口或者驗證碼。',
        '您不需要做任何操作，也不用提供账户或验证码。',
        'You need do nothing, and we do not need your account or any code.',
      ],
    ],
  },
  {
    id: 'HONEST_TELCO_CONTRACT_END',
    medium: 'PHONE_CALL',
    sender: '{telco} {phone}',
    steps: [
      [
        '你好，{telco}打嚟，你份合約{deadline}到期，續約送手機，預繳{money}。\n唔續會點？\n唔續就照原價逐個月計，唔會自動加服務。\n等我諗吓先，你哋舖頭喺邊？\n{district}有分店，你亦可以自己登入app睇，唔使而家決定。\n好，唔該。',
        '您好，这里是{telco}，您的合约{deadline}到期，续约送手机，预缴{money}。\n不续会怎样？\n不续就按原价逐月收，不会自动加服务。\n我想想，你们门店在哪？\n{district}有门店，您也可以自己登录App查看，不用现在决定。\n好，谢谢。',
        "Hello, calling from {telco}. Your contract ends on {deadline} and there is a free phone if you renew and prepay {money}.\nWhat if I don't?\nThen it carries on month by month at the usual price, nothing gets added.\nLet me think. Where is your shop?\nThere is one in {district}, or you can look in the app yourself. No need to decide now.\nAll right, thanks.",
      ],
    ],
  },
  {
    id: 'HONEST_WALLET_AUTORENEW',
    medium: 'EMAIL',
    sender: 'billing@{walletSite}',
    steps: [
      [
        '主旨：續訂提示\n{victim}：你的月費計劃將於{deadline}自動續期，屆時會從{wallet}扣除{amount}，收款商戶{payee}。如欲取消，可於到期前在App「訂閱」內自行關閉，毋須致電。',
        '主题：续订提醒\n{victim}：您的月费计划将于{deadline}自动续期，届时会从{wallet}扣除{amount}，收款商户{payee}。如需取消，可在到期前于App“订阅”内自行关闭，无须致电。',
        'Subject: Renewal reminder\nDear {victim}, your monthly plan renews on {deadline} and {amount} will be taken from {wallet} for {payee}. To cancel, switch it off under Subscriptions in the app before then. There is no need to call.',
      ],
    ],
  },
];

export const SCREEN_SHARE: readonly Scenario[] = [
  {
    id: 'HONEST_IT_HELPDESK',
    medium: 'PHONE_CALL',
    sender: ['內線 {last4}', '分机 {last4}', 'Ext. {last4}'],
    steps: [
      [
        'Hi {victim}，IT部{nick}，你頭先開咗張ticket {ref}話報銷單上唔到。\n係呀，{money}嗰張，收款人{payee}。\n我用公司{viewer}望一望，你撳接受，之前閂咗啲私人視窗同網上銀行先。\n閂晒喇，你睇。\n得喇，係附件太大，你縮細再上，我已經離線。\n好，唔該晒。',
        '{victim}你好，IT部{nick}，你刚才提的工单{ref}说报销单传不上去。\n对，{money}那张，收款人{payee}。\n我用公司的{viewer}看一下，你点接受，先把私人窗口和网银关掉。\n都关了，你看。\n好了，是附件太大，压缩一下再传，我已经断开了。\n好，谢谢。',
        "Hi {victim}, {nick} from IT. You opened ticket {ref}, an expense claim that won't upload.\nYes, the {money} one, payee {payee}.\nI'll look through the company's {viewer}. Close your private windows and online banking first, then accept.\nAll closed. Can you see it?\nFound it: the attachment is too big. Shrink it and try again. I've disconnected.\nGreat, thanks.",
      ],
    ],
  },
  {
    id: 'HONEST_BANK_PENDING_PAYMENT',
    medium: 'SMS',
    sender: '#{bankId}',
    steps: [
      [
        '{bank}：你正以轉數快轉賬{amount}予{payee}，一次性密碼{code}，三分鐘內有效。切勿向任何人（包括銀行職員）透露，亦勿分享螢幕。',
        '{bank}：您正以转数快转账{amount}给{payee}，一次性密码{code}，三分钟内有效。切勿向任何人（包括银行职员）透露，也勿共享屏幕。',
        '{bank}: OTP {code} for your FPS transfer of {amount} to {payee}, valid for 3 minutes. Never disclose it to anyone, including bank staff, and do not share your screen.',
      ],
    ],
  },
  {
    id: 'HONEST_VIDEO_LESSON_SCREEN',
    medium: 'WECHAT',
    sender: ['{nick}老師', '{nick}老师', 'Teacher {nick}'],
    steps: [
      [
        '{tomorrow} {appointment}上堂，link照舊：{link} 。到時你share個螢幕畀我睇你份功課，記住淨係share嗰個視窗。',
        '{tomorrow} {appointment}上课，链接照旧：{link} 。到时你共享屏幕让我看作业，记得只共享那个窗口。',
        'Lesson on {tomorrow} at {appointment}, same link: {link} . You can share your screen to show me the homework, only that window please.',
      ],
      [
        '下期學費{money}，月底前畀{payee}就得，老地方舖頭交現金都得。',
        '下期学费{money}，月底前给{payee}就行，到店里交现金也可以。',
        'Fees for next term are {money}, to {payee} by the end of the month, or in cash at the centre.',
      ],
    ],
  },
  {
    id: 'HONEST_FAMILY_PHONE_SETUP',
    medium: 'WHATSAPP',
    sender: '{nick}',
    steps: [
      [
        '爸，你裝唔到{bank}個app唔緊要，我星期日返嚟幫你搞，唔好畀人遙控你部電話，{viewer}嗰類嘢都唔好裝。',
        '爸，{bank}的App装不上没关系，我星期天回来帮你弄，别让人远程控制你的手机，{viewer}这类东西都别装。',
        "Dad, never mind if you can't install the {bank} app, I'll set it up when I come on Sunday. Don't let anyone control your phone, and don't install {viewer} or anything like it.",
      ],
      [
        '{payee}嗰筆{money}我幫你交咗先。',
        '{payee}那笔{money}我先帮你交了。',
        "I've paid the {money} to {payee} for you already.",
      ],
    ],
  },
];
