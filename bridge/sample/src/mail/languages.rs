//! Mail in other scripts, in the charsets that such mail comes in.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, ISO_2022_JP, ISO_8859_2, KOI8_R, SHIFT_JIS, WINDOWS_1252, WINDOWS_1256,
};
use time::OffsetDateTime;

use crate::mime::{Clock, Draft, Letter, OWNER, Transfer, address, html, multipart, plain, plain_in, word};

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        Foreign { charset: ISO_2022_JP, name: "iso-2022-jp", transfer: Transfer::AsIs("7bit") }.letter(
            "japanese-iso-2022-jp", at.minutes(270), ("田中 美咲", "misaki@tanaka.example"), "来週の打ち合わせについて",
            "ヘイル様\n\nお世話になっております。田中です。\n来週の打ち合わせの日程ですが、火曜日の午後か水曜日の午前は\nいかがでしょうか。場所は前回と同じ会議室を予定しています。\n\nよろしくお願いいたします。\n\n田中 美咲\n"),
        Foreign { charset: SHIFT_JIS, name: "Shift_JIS", transfer: Transfer::Base64 }.letter(
            "japanese-shift-jis", at.days(19, 18, 0, 9), ("写真館ミナト", "photo@minato.example"), "現像が仕上がりました",
            "いつもありがとうございます。\nフィルム三本の現像が仕上がりました。営業時間は十時から六時までです。\n雨の日は少し早く閉めます。\n"),
        Draft::new("arabic-utf-8", at.days(1, 10, 25, 3), ("ليلى حداد", "layla@haddad.example"), "موعد العشاء يوم الجمعة")
            .with(multipart("alternative", &[
                plain("مرحبا روبن،\n\nنلتقي يوم الجمعة الساعة 19:30 في بيتنا. أحضر معك الصور من المرفأ (رقم 12 و 13) إن استطعت.\n\nتحياتي،\nليلى\n"),
                html("<div dir=\"rtl\" lang=\"ar\"><p>مرحبا روبن،</p><p>نلتقي يوم <b>الجمعة</b> الساعة 19:30 في بيتنا. أحضر معك الصور من المرفأ (رقم 12 و 13) إن استطعت.</p><p>تحياتي،<br>ليلى</p></div>"),
            ])),
        Foreign { charset: WINDOWS_1256, name: "windows-1256", transfer: Transfer::Base64 }.letter(
            "arabic-windows-1256", at.days(9, 12, 0, 3), ("المكتبة العامة", "events@maktaba.example"), "دعوة إلى أمسية قراءة",
            "السلام عليكم،\n\nتدعوكم المكتبة العامة إلى أمسية قراءة يوم الخميس. الدخول مجاني، والشاي كذلك.\n"),
        Foreign { charset: WINDOWS_1252, name: "iso-8859-1", transfer: Transfer::QuotedPrintable }.letter(
            "spanish-latin-1", at.days(2, 9, 40, 1), ("Ana Beltrán", "ana@vidriera.example"), "Presupuesto y reunión de mañana",
            "Hola, Robin:\n\n¿Te viene bien mañana a las diez? Te llevo las tres ofertas; la segunda incluye la instalación y es la más barata,\naunque el señor del almacén dice que «barata» es mucho decir.\n\nUn abrazo,\nAna\n"),
        Foreign { charset: GB18030, name: "gb18030", transfer: Transfer::Base64 }.letter(
            "chinese-gb18030", at.days(4, 11, 11, 8), ("陈记茶行", "tea@chenji.example"), "您订的茶叶已寄出",
            "您好！\n\n您订的两盒茶叶今天已经寄出，大约七天到。路上请小心保管：不是说您，是说邮差。\n\n陈记茶行 敬上\n"),
        Foreign { charset: BIG5, name: "big5", transfer: Transfer::Base64 }.letter(
            "chinese-big5", at.days(23, 15, 30, 8), ("海風書店", "books@seawind.example"), "您找的書到了",
            "您好：\n\n您上次找的那本舊地圖集到了，封面有一點水漬，內頁完好。替您留到月底。\n\n海風書店\n"),
        Foreign { charset: EUC_KR, name: "euc-kr", transfer: Transfer::Base64 }.letter(
            "korean-euc-kr", at.days(7, 16, 45, 9), ("김서윤", "seoyun@badapost.example"), "다음 달 전시회 안내",
            "안녕하세요, 로빈 씨.\n\n다음 달 첫째 주에 작은 전시회를 엽니다. 오래된 우체국 사진이 많아요. 꼭 보러 오세요.\n\n김서윤 드림\n"),
        Foreign { charset: KOI8_R, name: "koi8-r", transfer: Transfer::AsIs("8bit") }.letter(
            "russian-koi8-r", at.days(10, 20, 20, 3), ("Вера Лунина", "vera@lunina.example"), "Письмо нашлось",
            "Здравствуйте, Робин!\n\nВаше письмо нашлось: оно полгода пролежало за шкафом на почте. Марка цела, чернила тоже.\n\nВера\n"),
        Foreign { charset: ISO_8859_2, name: "iso-8859-2", transfer: Transfer::QuotedPrintable }.letter(
            "polish-latin-2", at.days(13, 8, 8, 1), ("Małgorzata Żak", "gosia@zak.example"), "Książka i łyżwy",
            "Cześć,\n\nznalazłam Twoją książkę, a łyżwy są jeszcze w piwnicy. Przyjedź, zanim jezioro zamarznie. Albo właśnie wtedy.\n\nGosia\n"),
        Draft::new("hebrew", at.days(14, 13, 0, 2), ("נועה כהן", "noa@cohen.example"), "תמונות מהטיול")
            .with(plain("שלום רובין,\n\nהתמונות מהטיול מוכנות. באחת מהן רואים אותך ישן על הספסל, וזו הטובה מכולן.\n\nנועה\n")),
        Draft::new("greek", at.days(18, 11, 0, 2), ("Ελένη Παππά", "eleni@limani.example"), "Το καράβι των έξι")
            .with(plain("Καλημέρα,\n\nτο καράβι των έξι δεν θα περάσει αύριο λόγω ανέμου. Το επόμενο φεύγει στις εννέα, αν φύγει.\n")),
        Draft::new("hindi", at.days(21, 9, 30, 5), ("मीरा जोशी", "meera@joshi.example"), "चाय और पुरानी चिट्ठियाँ")
            .with(plain("प्रिय रॉबिन,\n\nरविवार को चाय पर आइए। दादाजी की पुरानी चिट्ठियाँ मिल गई हैं, टिकटों के साथ।\n\nमीरा\n")),
        Draft::new("mixed-scripts", at.days(26, 19, 19, 0), ("Choir of St. Brendan", "choir@brendan.example"), "Lyrics: Добрый вечер, こんばんは, مساء الخير")
            .with(plain("All greet the evening, one line each:\n\nДобрый вечер всем\nこんばんは、皆さん\nمساء الخير للجميع\nΚαλησπέρα σε όλους\nDobrý večer všem\nGood evening, everybody\n")),
    ]
}

/// A charset and how it travels.
#[derive(Clone, Copy)]
struct Foreign {
    charset: &'static Encoding,
    name: &'static str,
    transfer: Transfer,
}

impl Foreign {
    fn letter(
        self,
        slug: &'static str,
        when: OffsetDateTime,
        (name, mailbox): (&str, &str),
        subject: &str,
        body: &str,
    ) -> Letter {
        Draft::bare(slug, when)
            .field(format!("From: {} <{mailbox}>", word(self.charset, self.name, name)))
            .field(format!("To: {}", address(OWNER)))
            .field(format!("Subject: {}", word(self.charset, self.name, subject)))
            .with(plain_in(self.charset, self.name, self.transfer, body))
    }
}
