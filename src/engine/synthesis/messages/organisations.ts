import type { Written } from './kinds.js';

/**
 * Every organisation, event, place and product that a message may name. All organisations are invented: any likeness
 * to a real one is chance, and their sites live under the reserved domain `.example` (RFC 2606).
 */
export interface Organisation {
  name: Written;
  /** Registered sender ID without its #, at most 11 characters; lower-cased it is also the label of its site. */
  id: string;
}

const organisation = (id: string, ...name: Written): Organisation => ({ id, name });

export const ORGANISATIONS = {
  bank: [
    organisation('CarpBay', '鯉灣銀行', '鲤湾银行', 'Carp Bay Bank'),
    organisation('GreenConch', '青螺銀行', '青螺银行', 'Green Conch Bank'),
    organisation('Tidewatch', '望汐銀行', '望汐银行', 'Tidewatch Bank'),
    organisation('RedBanyan', '赤榕銀行', '赤榕银行', 'Red Banyan Bank'),
    organisation('TernDigital', '燕鷗數碼銀行', '燕鸥数码银行', 'Tern Digital Bank'),
  ],
  wallet: [
    organisation('Ripplet', '漣漪錢包', '涟漪钱包', 'Ripplet Wallet'),
    organisation('PaddlePay', '拍子支付', '拍子支付', 'Paddle Pay'),
    organisation('Tokflow', '篤流錢包', '笃流钱包', 'Tokflow Wallet'),
  ],
  shop: [
    organisation('Foglamp', '霧燈電器', '雾灯电器', 'Foglamp Electronics'),
    organisation('MidCat', '半山貓家品', '半山猫家品', 'Midcat Homeware'),
    organisation('WaveCrest', '浪頭戶外', '浪头户外', 'Wavecrest Outdoors'),
    organisation('SaltStore', '小鹽倉', '小盐仓', 'Little Salt Store'),
    organisation('PaperCrane', '紙鶴親子店', '纸鹤亲子店', 'Paper Crane Kids'),
  ],
  market: [
    organisation('SwapHui', '換換墟', '换换墟', 'SwapHui'),
    organisation('SecondTurn', '二轉站', '二转站', 'Second Turn'),
    organisation('KaifongGrid', '街坊格', '街坊格', 'Kaifong Grid'),
  ],
  courier: [
    organisation('KapokExp', '木棉速遞', '木棉速递', 'Kapok Express'),
    organisation('Threemast', '三桅物流', '三桅物流', 'Threemast Logistics'),
    organisation('EgretParcel', '白鷺快件', '白鹭快件', 'Egret Parcel'),
  ],
  telco: [
    organisation('Cloudcable', '雲纜電訊', '云缆电讯', 'Cloudcable Mobile'),
    organisation('Greytower', '灰塔電訊', '灰塔电讯', 'Greytower Telecom'),
    organisation('Beehum', '蜂鳴流動', '蜂鸣流动', 'Beehum Mobile'),
  ],
  ticketing: [
    organisation('Stubly', '票根網', '票根网', 'Stubly'),
    organisation('GatepassHK', '閘口票務', '闸口票务', 'Gatepass Ticketing'),
  ],
  broker: [
    organisation('Rockcove', '磐灣證券', '磐湾证券', 'Rockcove Securities'),
    organisation('Dawntide', '晨汐證券', '晨汐证券', 'Dawntide Securities'),
  ],
  trading: [
    organisation('Dingyao', '鼎曜智投', '鼎曜智投', 'Dingyao Prime'),
    organisation('Aurixon', '奧睿量金', '奥睿量金', 'Aurixon Quant'),
    organisation('Xinchao', '鑫潮資本', '鑫潮资本', 'Xinchao Capital'),
  ],
  exchange: [
    organisation('WhaleTower', '鯨塔交易所', '鲸塔交易所', 'Whaletower Exchange'),
    organisation('BlueGoshawk', '藍鷹隼幣所', '蓝鹰隼币所', 'Blue Goshawk Coin'),
  ],
  company: [
    organisation('Sandbar', '沙洲設計有限公司', '沙洲设计有限公司', 'Sandbar Design Limited'),
    organisation('NineOars', '九槳顧問有限公司', '九桨顾问有限公司', 'Nine Oars Consulting Limited'),
    organisation('GreenGate', '綠閘工程有限公司', '绿闸工程有限公司', 'Green Gate Engineering Limited'),
    organisation('Twomast', '雙桅食品有限公司', '双桅食品有限公司', 'Twomast Foods Limited'),
  ],
  supplier: [
    organisation('Misthill', '嵐崗包裝有限公司', '岚岗包装有限公司', 'Misthill Packaging Limited'),
    organisation('IronKite', '鐵鳶機械有限公司', '铁鸢机械有限公司', 'Iron Kite Machinery Limited'),
    organisation('Estuary', '河口印刷有限公司', '河口印刷有限公司', 'Estuary Printing Limited'),
  ],
  school: [
    organisation('FlameTree', '鳳凰木小學', '凤凰木小学', 'Flame Tree Primary School'),
    organisation('SeawallCol', '海堤書院', '海堤书院', 'Seawall College'),
    organisation('StoneSteps', '石階幼稚園', '石阶幼稚园', 'Stone Steps Kindergarten'),
  ],
  charity: [
    organisation('Lampwick', '燈芯慈善會', '灯芯慈善会', 'Lampwick Charity'),
    organisation('PawsCross', '毛孩渡口', '毛孩渡口', 'Paws Crossing'),
    organisation('DownKitchen', '樓下飯堂', '楼下饭堂', 'Downstairs Kitchen'),
  ],
  viewer: [
    organisation('FarView', '遙屏通', '遥屏通', 'FarView Assist'),
    organisation('DeskMirror', '桌鏡', '桌镜', 'DeskMirror'),
  ],
} as const satisfies Record<string, readonly Organisation[]>;

/** Things and places that take no sender ID. The districts are real, the estates and events invented. */
export const THINGS = {
  event: [
    ['「霓虹候鳥」演唱會', '“霓虹候鸟”演唱会', 'Neon Migrants concert'],
    ['「夜航線」巡迴演唱會', '“夜航线”巡回演唱会', 'Night Ferry tour'],
    ['「海旁月光」音樂節', '“海旁月光”音乐节', 'Praya Moonlight festival'],
    ['「十三度空間」演唱會', '“十三度空间”演唱会', 'Thirteen Degrees concert'],
  ],
  item: [
    ['遊戲機', '游戏机', 'games console'],
    ['相機鏡頭', '相机镜头', 'camera lens'],
    ['抽濕機', '除湿机', 'dehumidifier'],
    ['摺疊單車', '折叠自行车', 'folding bike'],
    ['嬰兒車', '婴儿车', 'pram'],
    ['咖啡機', '咖啡机', 'coffee machine'],
  ],
  estate: [
    ['海桐花園', '海桐花园', 'Seatung Garden'],
    ['榆景臺', '榆景台', 'Elmview Terrace'],
    ['百葉苑', '百叶苑', 'Louvre Court'],
    ['錨地廣場', '锚地广场', 'Anchorage Place'],
  ],
  district: [
    ['旺角', '旺角', 'Mong Kok'],
    ['沙田', '沙田', 'Sha Tin'],
    ['荃灣', '荃湾', 'Tsuen Wan'],
    ['觀塘', '观塘', 'Kwun Tong'],
    ['屯門', '屯门', 'Tuen Mun'],
    ['元朗', '元朗', 'Yuen Long'],
    ['將軍澳', '将军澳', 'Tseung Kwan O'],
    ['銅鑼灣', '铜锣湾', 'Causeway Bay'],
    ['深水埗', '深水埗', 'Sham Shui Po'],
    ['大埔', '大埔', 'Tai Po'],
  ],
} as const satisfies Record<string, readonly Written[]>;
